// The last so many orders that a member's timeline shows, newest first: those inside the window, or all where it holds none.
// parameters: user STRING, actions LIST<STRING>, start INTEGER, end INTEGER, limit INTEGER
// returns: event MAP, chosen INTEGER
MATCH (user:User {id: $user})-[:PLACED]->(order:Order)
USING INDEX user:User(id)
WHERE order.action IN $actions
WITH collect(order) AS placed
WITH placed, [one IN placed WHERE $start <= one.ts <= $end] AS inside
WITH CASE WHEN size(inside) > 0 THEN inside ELSE placed END AS chosen
UNWIND chosen AS order
RETURN properties(order) AS event, size(chosen) AS chosen
ORDER BY order.ts DESC, order.id DESC
LIMIT $limit
