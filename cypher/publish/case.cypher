// Puts the case of one user, and takes apart the chain of orders that it had before.
// parameters: key STRING, user STRING
// returns: written INTEGER
MATCH (user:User {id: $user})
MERGE (case:Case {key: $key})
SET case.user = $user
MERGE (case)-[:ABOUT]->(user)
WITH case, user
OPTIONAL MATCH (user)-[:PLACED]->(:Order)-[step:NEXT {ring: $key}]->(:Order)
DELETE step
WITH DISTINCT case
OPTIONAL MATCH (case)-[first:FIRST]->(:Order)
DELETE first
RETURN count(DISTINCT case) AS written
