// Leads from a ring to those of the sweep before that it continues, where they are in the graph.
// parameters: key STRING, rows LIST<STRING>
// returns: written INTEGER
MATCH (ring:Ring {key: $key})
UNWIND $rows AS before
MATCH (old:Ring {key: before})
MERGE (ring)-[:CONTINUES]->(old)
RETURN count(*) AS written
