// What did this ring send back or cancel?
// parameters: ring STRING
// returns: time STRING, user STRING, action STRING, item STRING, seller STRING, device STRING, ip STRING
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (user:User)-[:MEMBER_OF]->(ring)
MATCH (user)-[:PLACED]->(order:Order)
WHERE order.action IN ['refund', 'cancel']
RETURN toString(datetime({epochSeconds: order.ts / 1000000})) AS time, user.id AS user,
       order.action AS action, order.item_id AS item, order.seller_id AS seller,
       order.device_id AS device, order.ip_id AS ip
ORDER BY order.ts, order.id
LIMIT 500
