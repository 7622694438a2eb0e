// Who else holds entities of a user, told as [link, code]: the first so many, in code order.
// parameters: user STRING, asked LIST<LIST<ANY>>, besides LIST<INTEGER>, limit INTEGER
// returns: link STRING, code INTEGER, others LIST<STRING>
// names: types
MATCH (user:User {id: $user})-[link:<types>]->(entity)
USING INDEX user:User(id)
WHERE [type(link), entity.code] IN $asked
WITH user, type(link) AS link, entity
CALL (user, entity) {
  MATCH (entity)<-[:<types>]-(holder:User)
  WHERE holder <> user AND NOT holder.code IN $besides
  WITH holder
  ORDER BY holder.code
  LIMIT $limit
  RETURN collect(holder.id) AS others
}
RETURN link, entity.code AS code, others
