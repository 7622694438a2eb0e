// Ends a load: from here on the graph holds the log that `log` names.
// parameters: token STRING, log MAP, entity_types LIST<MAP>
// returns: written INTEGER
MATCH (log:Log {name: 'events', loading: $token})
SET log += $log
REMOVE log.loading, log.holder, log.target, log.plan, log.loading_parts, log.done, log.beat, log.asked
WITH log
UNWIND $entity_types AS row
MERGE (kind:EntityType {name: row.name})
SET kind += row
RETURN count(*) AS written
