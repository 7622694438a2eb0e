// Puts single events of users, as rings and cases show them.
// parameters: rows LIST<MAP>
// returns: written INTEGER
UNWIND $rows AS row
MATCH (user:User {id: row.user})
MERGE (order:Order {id: row.id})
SET order = row
MERGE (user)-[:PLACED]->(order)
RETURN count(*) AS written
