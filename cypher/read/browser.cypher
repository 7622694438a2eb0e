// Where the server serves Neo4j Browser, as HOST:PORT.
// parameters:
// returns: address STRING
SHOW SETTINGS 'server.http.advertised_address'
YIELD value
RETURN value AS address
