// Puts nodes of one label with absolute values, while this load holds the graph.
// parameters: token STRING, done INTEGER, rows LIST<MAP>
// returns: written INTEGER
// names: label
MATCH (log:Log {name: 'events', loading: $token})
SET log.done = $done, log.beat = timestamp()
WITH log
UNWIND $rows AS row
MERGE (node:<label> {id: row.id})
SET node += row
RETURN count(*) AS written
