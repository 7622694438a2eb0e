// Which accounts first appeared on the same day with the same device?
// parameters:
// returns: device STRING, day STRING, users INTEGER, who LIST<STRING>
MATCH (device:Device)
WHERE device.degree > 1 AND device.kind <> 'hub'
MATCH (device)<-[used:USED]-(user:User)
WITH device, user, date(datetime({epochSeconds: used.first_seen / 1000000})) AS day
WHERE date(datetime({epochSeconds: user.first_seen / 1000000})) = day
WITH device, day, collect(user.id) AS users
WHERE size(users) > 1
RETURN device.id AS device, toString(day) AS day, size(users) AS users, users[..20] AS who
ORDER BY users DESC, day, device
LIMIT 100
