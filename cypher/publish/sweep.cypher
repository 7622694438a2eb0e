// Puts a sweep; its rings follow, and only then is it made the latest.
// parameters: sweep MAP
// returns: written INTEGER
MERGE (sweep:Sweep {id: $sweep.id})
SET sweep = $sweep
RETURN count(*) AS written
