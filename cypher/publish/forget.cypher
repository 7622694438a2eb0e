// Removes what was told of one ring before, so that it can be told anew.
// parameters: key STRING
// returns: forgotten INTEGER
OPTIONAL MATCH (ring:Ring {key: $key})
OPTIONAL MATCH (ring)-[:EVIDENCE|CHECKED]->(told)
WITH ring, collect(told) AS told
OPTIONAL MATCH (ring)<-[:MEMBER_OF]-(:User)-[:PLACED]->(:Order)-[step:NEXT {ring: $key}]->(:Order)
WITH ring, told, collect(DISTINCT step) AS steps
FOREACH (step IN steps | DELETE step)
FOREACH (node IN told | DETACH DELETE node)
WITH ring
OPTIONAL MATCH (ring)-[link]-()
WHERE NOT (type(link) = 'CONTINUES' AND endNode(link) = ring) // that is a later ring's to tell
DELETE link
RETURN count(DISTINCT ring) AS forgotten
