// Rings with all that their lines in rings.jsonl tell.
// parameters: keys LIST<STRING>
// returns: key STRING, ring MAP, members LIST<LIST<ANY>>, evidence LIST<MAP>, checks LIST<MAP>, entities LIST<LIST<ANY>>
UNWIND $keys AS key
MATCH (ring:Ring {key: key})
USING INDEX ring:Ring(key)
CALL (ring) {
  MATCH (user:User)-[member:MEMBER_OF]->(ring)
  RETURN collect([user.code, user.id, member.role]) AS members
}
CALL (ring) {
  MATCH (ring)-[:EVIDENCE]->(fact:Evidence)
  RETURN collect(properties(fact)) AS evidence
}
CALL (ring) {
  MATCH (ring)-[:CHECKED]->(check:Check)
  RETURN collect(properties(check)) AS checks
}
CALL (ring) {
  MATCH (ring)-[involves:INVOLVES]->(entity)
  RETURN collect([labels(entity), involves.position, entity.id, involves.operator]) AS entities
}
RETURN key, properties(ring) AS ring, members, evidence, checks, entities
