// The log that the graph holds, and its latest sweep or the newest one as of a time or before.
// parameters: as_of INTEGER
// returns: log MAP, sweep MAP, loading BOOLEAN
OPTIONAL MATCH (log:Log {name: 'events'})
OPTIONAL MATCH (log)-[:LATEST]->(latest:Sweep)
CALL () {
  OPTIONAL MATCH (old:Sweep)
  WHERE old.as_of <= $as_of
  RETURN old
  ORDER BY old.as_of DESC, old.id DESC
  LIMIT 1
}
WITH log, CASE WHEN $as_of IS NULL THEN latest ELSE old END AS sweep
RETURN log {.digest, .as_of, .users, .cells, .declared} AS log,
       properties(sweep) AS sweep,
       log.target IS NOT NULL AS loading
