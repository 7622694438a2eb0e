// The links of one type of the users with codes in [low, high), column by column.
// parameters: low INTEGER, high INTEGER
// returns: user LIST<INTEGER>, entity LIST<INTEGER>, count LIST<INTEGER>, first_seen LIST<INTEGER>, last_seen LIST<INTEGER>
// names: type, label
MATCH (user:User)-[link:<type>]->(entity:<label>)
WHERE user.code >= $low AND user.code < $high
RETURN collect(user.code) AS user, collect(entity.code) AS entity, collect(link.count) AS count,
       collect(link.first_seen) AS first_seen, collect(link.last_seen) AS last_seen
