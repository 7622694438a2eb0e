// Leads from orders to what they are of: entities of one type.
// parameters: rows LIST<MAP>
// returns: written INTEGER
// names: label
UNWIND $rows AS row
MATCH (order:Order {id: row.order})
MATCH (entity:<label> {id: row.entity})
MERGE (order)-[:OF]->(entity)
RETURN count(*) AS written
