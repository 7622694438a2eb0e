// Which innocent explanations were tested, and what came of it?
// parameters: ring STRING
// returns: explanation STRING, result STRING, because STRING, value FLOAT
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (ring)-[:CHECKED]->(check:Check)
RETURN check.hypothesis AS explanation, check.verdict AS result, check.text AS because,
       check.value AS value
ORDER BY check.position
LIMIT 100
