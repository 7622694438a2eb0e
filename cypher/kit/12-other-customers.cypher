// Who else buys from the shops of this ring, without being in it?
// parameters: ring STRING
// returns: seller STRING, all_customers INTEGER, members INTEGER, user STRING, rank INTEGER, orders INTEGER, first_order STRING, last_order STRING
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (member:User)-[:MEMBER_OF]->(ring)
MATCH (member)-[:ORDERED_FROM]->(seller:Seller)
WITH ring, seller, count(member) AS members
WHERE members > 1
ORDER BY seller.kind = 'hub', members * seller.weight DESC, seller.code
LIMIT 5
// A hub is one row with its number of customers.
CALL (ring, seller) {
  MATCH (seller)<-[link:ORDERED_FROM]-(user:User)
  WHERE seller.kind <> 'hub' AND NOT EXISTS { (user)-[:MEMBER_OF]->(ring) }
  WITH user, link
  ORDER BY user.rank, user.code
  LIMIT 40
  RETURN collect({
    id: user.id, rank: user.rank, orders: link.count,
    first: toString(datetime({epochSeconds: link.first_seen / 1000000})),
    last: toString(datetime({epochSeconds: link.last_seen / 1000000}))
  }) AS others
}
UNWIND CASE others WHEN [] THEN [null] ELSE others END AS other
RETURN seller.id AS seller, seller.degree AS all_customers, members, other.id AS user,
       other.rank AS rank, other.orders AS orders, other.first AS first_order,
       other.last AS last_order
LIMIT 200
