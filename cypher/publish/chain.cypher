// Chains a ring's orders by time.
// parameters: key STRING, orders LIST<STRING>
// returns: written INTEGER
MATCH (ring:Ring {key: $key})
MATCH (first:Order {id: $orders[0]})
MERGE (ring)-[:FIRST]->(first)
WITH ring
UNWIND range(1, size($orders) - 1) AS position
MATCH (before:Order {id: $orders[position - 1]})
MATCH (after:Order {id: $orders[position]})
MERGE (before)-[:NEXT {ring: $key}]->(after)
RETURN count(*) AS written
