// Which ring is this user in, and with whom?
// parameters: user STRING
// returns: user NODE, membership RELATIONSHIP, ring NODE, others LIST<NODE>, memberships LIST<RELATIONSHIP>
MATCH (user:User {id: $user})-[membership:MEMBER_OF]->(ring:Ring)-[:FOUND_BY]->(sweep:Sweep)
WITH user, membership, ring
ORDER BY sweep.as_of DESC, sweep.id DESC, ring.rank
LIMIT 1
CALL (user, ring) {
  MATCH (other:User)-[theirs:MEMBER_OF]->(ring)
  WHERE other <> user
  WITH other, theirs
  ORDER BY theirs.role, theirs.rank
  LIMIT 97
  RETURN collect(other) AS others, collect(theirs) AS memberships
}
RETURN user, membership, ring, others, memberships
