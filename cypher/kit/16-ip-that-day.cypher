// Who else used this ip that day?
// parameters: ip STRING, day STRING
// returns: ip STRING, all_users INTEGER, user STRING, rank INTEGER, seen_that_day BOOLEAN, events INTEGER, first_seen STRING, last_seen STRING
MATCH (ip:Ip {id: $ip})
WITH ip, datetime({date: date($day), timezone: 'Z'}).epochMillis * 1000 AS begin
WITH ip, begin, begin + 86400000000 AS end
// The first or the last time lies in the day, or else the day lies between them. A hub is one row.
CALL (ip, begin, end) {
  MATCH (ip)<-[seen:SEEN_AT]-(user:User)
  WHERE ip.kind <> 'hub' AND seen.first_seen < end AND seen.last_seen >= begin
  WITH user, seen, seen.first_seen >= begin OR seen.last_seen < end AS sure
  ORDER BY sure DESC, seen.first_seen, user.code
  LIMIT 200
  RETURN collect({
    user: user.id, rank: user.rank, sure: sure, events: seen.count,
    first: toString(datetime({epochSeconds: seen.first_seen / 1000000})),
    last: toString(datetime({epochSeconds: seen.last_seen / 1000000}))
  }) AS found
}
UNWIND CASE found WHEN [] THEN [null] ELSE found END AS one
RETURN ip.id AS ip, ip.degree AS all_users, one.user AS user, one.rank AS rank,
       one.sure AS seen_that_day, one.events AS events, one.first AS first_seen,
       one.last AS last_seen
LIMIT 200
