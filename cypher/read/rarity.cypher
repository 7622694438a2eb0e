// How many entities of each type are held by exactly so many users.
// parameters:
// returns: name STRING, total INTEGER, holders LIST<INTEGER>, entities LIST<INTEGER>
MATCH (type:EntityType)
RETURN type.name AS name, type.total AS total, type.holders AS holders, type.entities AS entities
LIMIT 1000
