// The rings of a sweep, best first.
// parameters: sweep STRING, limit INTEGER
// returns: key STRING
MATCH (ring:Ring {sweep: $sweep})
USING INDEX ring:Ring(sweep)
RETURN ring.key AS key
ORDER BY ring.rank
LIMIT $limit
