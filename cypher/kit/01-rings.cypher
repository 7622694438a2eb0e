// Which rings did the last sweep find?
// parameters:
// returns: rank INTEGER, ring STRING, users INTEGER, score FLOAT, alert BOOLEAN, from STRING, until STRING, since_last_sweep STRING, found_by LIST<STRING>
MATCH (:Log {name: 'events'})-[:LATEST]->(:Sweep)<-[:FOUND_BY]-(ring:Ring)
RETURN ring.rank AS rank, ring.ring_id AS ring, ring.size AS users, ring.score AS score,
       ring.alert AS alert, left(ring.window[0], 19) + 'Z' AS from,
       left(ring.window[1], 19) + 'Z' AS until, ring.status AS since_last_sweep,
       ring.channels AS found_by
ORDER BY rank
LIMIT 100
