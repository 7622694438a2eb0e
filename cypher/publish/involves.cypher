// Leads from a ring to the entities of one type that its members share.
// parameters: key STRING, rows LIST<MAP>
// returns: written INTEGER
// names: label
MATCH (ring:Ring {key: $key})
UNWIND $rows AS row
MATCH (entity:<label> {id: row.entity})
MERGE (ring)-[link:INVOLVES]->(entity)
SET link.position = row.position
RETURN count(*) AS written
