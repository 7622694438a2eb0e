// What is around this user?
// parameters: user STRING
// returns: user NODE, entities LIST<NODE>, links LIST<RELATIONSHIP>, others LIST<NODE>, other_links LIST<RELATIONSHIP>
MATCH (user:User {id: $user})
CALL (user) {
  MATCH (user)-[link:!VIEWED]->(entity)
  WHERE entity.holders IS NOT NULL
  WITH entity, collect(link) AS links
  ORDER BY entity.kind IN ['private', 'hub'], entity.kind = 'hub', entity.degree, entity.code
  LIMIT 24
  RETURN collect(entity) AS entities, collect(links) AS links
}
// Of each but the hubs, the riskiest others who have it.
CALL (user, entities) {
  UNWIND entities AS entity
  CALL (user, entity) {
    MATCH (entity)<-[link:!VIEWED]-(other:User)
    WHERE entity.kind <> 'hub' AND other <> user
    RETURN other, link
    ORDER BY other.rank, other.code
    LIMIT 4
  }
  WITH other, collect(link) AS ties
  ORDER BY size(ties) DESC, other.rank, other.code
  LIMIT 70
  RETURN collect(other) AS others, collect(ties) AS other_links
}
RETURN user, entities, links, others, other_links
