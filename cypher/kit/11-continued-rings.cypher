// Which rings of the last sweep go on from earlier sweeps?
// parameters:
// returns: ring STRING, rank INTEGER, users INTEGER, since_last_sweep STRING, before STRING, users_before INTEGER, stayed INTEGER, seen_until STRING
MATCH (:Log {name: 'events'})-[:LATEST]->(:Sweep)<-[:FOUND_BY]-(ring:Ring)
MATCH (ring)-[:CONTINUES]->(before:Ring)
RETURN ring.ring_id AS ring, ring.rank AS rank, ring.size AS users,
       ring.status AS since_last_sweep, before.ring_id AS before, before.size AS users_before,
       COUNT { (ring)<-[:MEMBER_OF]-(:User)-[:MEMBER_OF]->(before) } AS stayed,
       left(before.window[1], 19) + 'Z' AS seen_until
ORDER BY rank, before
LIMIT 100
