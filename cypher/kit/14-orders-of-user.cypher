// What did this user order, in time?
// parameters: user STRING
// returns: time STRING, action STRING, item STRING, seller STRING, device STRING, ip STRING
MATCH (user:User {id: $user})-[:PLACED]->(order:Order)
WITH order
ORDER BY order.ts DESC, order.id DESC
LIMIT 500
RETURN toString(datetime({epochSeconds: order.ts / 1000000})) AS time, order.action AS action,
       order.item_id AS item, order.seller_id AS seller, order.device_id AS device,
       order.ip_id AS ip
ORDER BY order.ts, order.id
