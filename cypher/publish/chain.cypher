// Chains the orders of a ring or a case by time.
// parameters: key STRING, orders LIST<STRING>
// returns: written INTEGER
// names: label
MATCH (told:<label> {key: $key})
MATCH (first:Order {id: $orders[0]})
MERGE (told)-[:FIRST]->(first)
WITH told
UNWIND range(1, size($orders) - 1) AS position
MATCH (before:Order {id: $orders[position - 1]})
MATCH (after:Order {id: $orders[position]})
MERGE (before)-[:NEXT {ring: $key}]->(after)
RETURN count(*) AS written
