// Makes a sweep the one that readers are led to.
// parameters: sweep STRING
// returns: written INTEGER
MATCH (log:Log {name: 'events'})
MATCH (sweep:Sweep {id: $sweep})
OPTIONAL MATCH (log)-[old:LATEST]->(:Sweep)
DELETE old
WITH DISTINCT log, sweep
MERGE (log)-[:LATEST]->(sweep)
RETURN count(*) AS written
