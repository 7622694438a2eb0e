// What does this ring share, and how many others have it too?
// parameters: ring STRING
// returns: type STRING, id STRING, members INTEGER, all_users INTEGER, kind STRING, who LIST<STRING>
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (member:User)-[:MEMBER_OF]->(ring)
MATCH (member)-[:!VIEWED]->(entity)
WHERE entity.holders IS NOT NULL
WITH entity, collect(DISTINCT member.id) AS members
WHERE size(members) > 1
RETURN labels(entity)[0] AS type, entity.id AS id, size(members) AS members,
       entity.degree AS all_users, entity.kind AS kind, members[..20] AS who
ORDER BY kind = 'hub', members * entity.weight DESC, type, id
LIMIT 100
