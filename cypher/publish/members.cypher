// Puts a ring's members with their roles, and with score and rank among all users.
// parameters: key STRING, rows LIST<MAP>
// returns: written INTEGER
MATCH (ring:Ring {key: $key})
UNWIND $rows AS row
MATCH (user:User {id: row.user})
MERGE (user)-[member:MEMBER_OF]->(ring)
SET member = row.values
RETURN count(*) AS written
