// Deletes up to so many nodes that have no relationship left.
// parameters: rows INTEGER
// returns: deleted INTEGER
MATCH (node)
WITH node LIMIT $rows
DELETE node
RETURN count(*) AS deleted
