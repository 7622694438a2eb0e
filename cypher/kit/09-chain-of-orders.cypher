// How do this ring's first orders follow one another?
// parameters: ring STRING
// returns: ring NODE, start RELATIONSHIP, orders LIST<NODE>, steps LIST<RELATIONSHIP>, users LIST<NODE>, placed LIST<RELATIONSHIP>
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (ring)-[start:FIRST]->(first:Order)
MATCH (first)-[steps:NEXT*0..39]->(last:Order)
WHERE all(step IN steps WHERE step.ring = ring.key)
WITH ring, start, first, steps
ORDER BY size(steps) DESC
LIMIT 1
WITH ring, start, steps, [first] + [step IN steps | endNode(step)] AS orders
CALL (orders) {
  UNWIND orders AS order
  MATCH (user:User)-[placed:PLACED]->(order)
  RETURN collect(DISTINCT user) AS users, collect(placed) AS placed
}
RETURN ring, start, orders, steps, users, placed
