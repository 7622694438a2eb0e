// Who holds this device?
// parameters: device STRING
// returns: device NODE, links LIST<RELATIONSHIP>, users LIST<NODE>
MATCH (device:Device {id: $device})
CALL (device) {
  MATCH (device)<-[link:USED]-(user:User)
  WHERE device.kind <> 'hub'
  WITH link, user
  ORDER BY user.rank, user.code
  LIMIT 99
  RETURN collect(link) AS links, collect(user) AS users
}
RETURN device, links, users
