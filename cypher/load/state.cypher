// What the graph holds: our log, an unfinished load, or somebody else's nodes.
// parameters:
// returns: log MAP, nodes BOOLEAN
OPTIONAL MATCH (log:Log {name: 'events'})
WITH properties(log) AS log
RETURN log, EXISTS { MATCH (node) WHERE NOT node:Log RETURN node LIMIT 1 } AS nodes
