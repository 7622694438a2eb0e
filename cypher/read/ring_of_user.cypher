// The best ranked ring of a sweep that holds a user.
// parameters: user STRING, sweep STRING
// returns: key STRING
MATCH (user:User {id: $user})-[:MEMBER_OF]->(ring:Ring)
USING INDEX user:User(id)
WHERE ring.sweep = $sweep
RETURN ring.key AS key
ORDER BY ring.rank
LIMIT 1
