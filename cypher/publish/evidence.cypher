// Puts a ring's evidence, fact by fact.
// parameters: key STRING, rows LIST<MAP>
// returns: written INTEGER
MATCH (ring:Ring {key: $key})
UNWIND $rows AS row
MERGE (fact:Evidence {key: row.key})
SET fact = row
MERGE (ring)-[:EVIDENCE]->(fact)
RETURN count(*) AS written
