// How does this ring hang together?
// parameters: ring STRING
// returns: ring NODE, members LIST<NODE>, memberships LIST<RELATIONSHIP>, entities LIST<NODE>, links LIST<LIST<RELATIONSHIP>>
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
CALL (ring) {
  MATCH (member:User)-[membership:MEMBER_OF]->(ring)
  WITH member, membership
  ORDER BY membership.role, membership.rank
  LIMIT 60
  RETURN collect(member) AS members, collect(membership) AS memberships
}
// What two members hold or more, of each type the most telling ones, hubs last and never followed.
CALL (members) {
  UNWIND members AS member
  MATCH (member)-[link:!VIEWED]->(entity)
  WHERE entity.holders IS NOT NULL
  WITH entity, collect(link) AS links, count(DISTINCT member) AS held
  WHERE held > 1
  ORDER BY entity.kind = 'hub', held * entity.weight DESC, entity.code
  WITH labels(entity) AS type, collect({entity: entity, links: links})[..4] AS found
  UNWIND found AS one
  RETURN collect(one.entity)[..39] AS entities, collect(one.links)[..39] AS links
}
RETURN ring, members, memberships, entities, links
