// What did this ring order, in time?
// parameters: ring STRING
// returns: time STRING, user STRING, action STRING, item STRING, seller STRING, device STRING, ip STRING
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (ring)-[:FIRST]->(first:Order)
MATCH (first)-[steps:NEXT*0..499]->(order:Order)
WHERE all(step IN steps WHERE step.ring = ring.key)
RETURN toString(datetime({epochSeconds: order.ts / 1000000})) AS time, order.user AS user,
       order.action AS action, order.item_id AS item, order.seller_id AS seller,
       order.device_id AS device, order.ip_id AS ip
ORDER BY size(steps)
LIMIT 500
