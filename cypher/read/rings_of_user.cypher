// The rings of a sweep that hold a user, the best ranked first.
// parameters: user STRING, sweep STRING
// returns: ring_id STRING, rank INTEGER, size INTEGER
MATCH (user:User {id: $user})-[:MEMBER_OF]->(ring:Ring)
USING INDEX user:User(id)
WHERE ring.sweep = $sweep
RETURN ring.ring_id AS ring_id, ring.rank AS rank, ring.size AS size
ORDER BY ring.rank
