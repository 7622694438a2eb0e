// Leads from facts to the entities of one type that they speak of.
// parameters: rows LIST<MAP>
// returns: written INTEGER
// names: label
UNWIND $rows AS row
MATCH (fact:Evidence {key: row.key})
MATCH (entity:<label> {id: row.entity})
MERGE (fact)-[:ABOUT]->(entity)
RETURN count(*) AS written
