// Puts relationships of one type with absolute values, while this load holds the graph.
// parameters: token STRING, done INTEGER, rows LIST<LIST<ANY>>
// returns: written INTEGER
// names: type, start, end
MATCH (log:Log {name: 'events', loading: $token})
SET log.done = $done, log.beat = timestamp()
WITH log
UNWIND $rows AS row
MATCH (start:<start> {id: row[0]})
MATCH (end:<end> {id: row[1]})
MERGE (start)-[link:<type>]->(end)
SET link = {count: row[2], first_seen: row[3], last_seen: row[4], between: row[5]}
RETURN count(*) AS written
