// What a user holds and others too: hubs last, then by holders, so many of each type.
// parameters: user STRING, limit INTEGER
// returns: link STRING, code INTEGER, id STRING, holders INTEGER, kind STRING, weight FLOAT
// names: types
MATCH (user:User {id: $user})-[link:<types>]->(entity)
USING INDEX user:User(id)
WHERE entity.holders > 1
WITH type(link) AS link, entity
ORDER BY entity.kind = 'hub', entity.holders, entity.code
WITH link, collect(entity)[..$limit] AS held
UNWIND held AS entity
RETURN link, entity.code AS code, entity.id AS id, entity.holders AS holders,
       entity.kind AS kind, entity.weight AS weight
