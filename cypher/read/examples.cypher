// Ids to begin asking with: of the best ring of the last sweep, what it shares most, and its first order.
// parameters:
// returns: ring STRING, user STRING, device STRING, item STRING, ip STRING, day STRING
OPTIONAL MATCH (:Log {name: 'events'})-[:LATEST]->(sweep:Sweep)
OPTIONAL MATCH (sweep)<-[:FOUND_BY]-(ring:Ring {rank: 1})
OPTIONAL MATCH (ring)-[:FIRST]->(first:Order)
WITH ring, first
LIMIT 1
CALL (ring) {
  OPTIONAL MATCH (user:User)-[member:MEMBER_OF]->(ring)
  RETURN user
  ORDER BY member.rank
  LIMIT 1
}
CALL (ring) {
  OPTIONAL MATCH (ring)<-[:MEMBER_OF]-(:User)-[:USED]->(device:Device)
  WITH device, count(*) AS held
  RETURN device
  ORDER BY device.kind = 'hub', held DESC, device.code
  LIMIT 1
}
CALL (ring) {
  OPTIONAL MATCH (ring)<-[:MEMBER_OF]-(:User)-[:ORDERED]->(item:Item)
  WITH item, count(*) AS held
  RETURN item
  ORDER BY item.kind = 'hub', held DESC, item.code
  LIMIT 1
}
RETURN ring.ring_id AS ring, user.id AS user, device.id AS device, item.id AS item,
       first.ip_id AS ip,
       CASE WHEN first IS NULL THEN null
            ELSE toString(date(datetime({epochMillis: first.ts / 1000}))) END AS day
