// Says that the graph holds nothing whole any more, before it is cleared.
// parameters: token STRING
// returns: disowned INTEGER
MATCH (log:Log {name: 'events', loading: $token})
REMOVE log.digest, log.snapshot, log.parts
RETURN count(*) AS disowned
