// Puts one ring of a sweep.
// parameters: sweep STRING, ring MAP
// returns: written INTEGER
MATCH (sweep:Sweep {id: $sweep})
MERGE (ring:Ring {key: $ring.key})
SET ring = $ring
MERGE (ring)-[:FOUND_BY]->(sweep)
RETURN count(*) AS written
