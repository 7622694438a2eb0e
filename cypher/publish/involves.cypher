// Leads from a ring to the entities of one type that its members share, and says which are an operator's.
// parameters: key STRING, rows LIST<MAP>
// returns: written INTEGER
// names: label
MATCH (ring:Ring {key: $key})
UNWIND $rows AS row
MATCH (entity:<label> {id: row.entity})
MERGE (ring)-[link:INVOLVES]->(entity)
SET link.position = row.position, link.operator = row.operator
RETURN count(*) AS written
