// Which devices, ips, shops and items are hubs, so that sharing them says little?
// parameters:
// returns: type STRING, id STRING, users INTEGER, weight FLOAT
MATCH (entity:Device|Ip|Seller|Item)
WHERE entity.kind = 'hub'
RETURN labels(entity)[0] AS type, entity.id AS id, entity.degree AS users,
       round(entity.weight, 3) AS weight
ORDER BY users DESC, type, id
LIMIT 100
