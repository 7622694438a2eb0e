// Puts the innocent explanations that were tested on a ring.
// parameters: key STRING, rows LIST<MAP>
// returns: written INTEGER
MATCH (ring:Ring {key: $key})
UNWIND $rows AS row
MERGE (check:Check {key: row.key})
SET check = row
MERGE (ring)-[:CHECKED]->(check)
RETURN count(*) AS written
