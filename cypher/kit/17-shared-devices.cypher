// Which devices have more than one user?
// parameters:
// returns: device STRING, users INTEGER, kind STRING, who LIST<STRING>
MATCH (device:Device)
WHERE device.degree > 1
WITH device
ORDER BY device.kind = 'hub', device.degree DESC, device.code
LIMIT 100
CALL (device) {
  MATCH (device)<-[:USED]-(user:User)
  WHERE device.kind <> 'hub'
  WITH user
  ORDER BY user.rank, user.code
  LIMIT 20
  RETURN collect(user.id) AS who
}
RETURN device.id AS device, device.degree AS users, device.kind AS kind, who
