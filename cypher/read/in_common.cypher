// What two members of a ring hold or more, and who does; with a user (its code), only what it holds and, of the links in `always`, all but hubs.
// parameters: key STRING, user INTEGER, always LIST<STRING>
// returns: link STRING, code INTEGER, id STRING, holders INTEGER, kind STRING, weight FLOAT, by LIST<INTEGER>
// names: types
MATCH (member:User)-[:MEMBER_OF]->(ring:Ring {key: $key})
USING INDEX ring:Ring(key)
WITH member, member.code AS code
MATCH (member)-[link:<types>]->(entity)
WITH entity, type(link) AS link, collect(code) AS by
WHERE size(by) > 1
  AND ($user IS NULL OR $user IN by OR (link IN $always AND entity.kind <> 'hub'))
RETURN link, entity.code AS code, entity.id AS id, entity.holders AS holders,
       entity.kind AS kind, entity.weight AS weight, by
