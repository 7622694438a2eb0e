// Who bought this item in step, within the same three hours?
// parameters: item STRING
// returns: item STRING, all_users INTEGER, from STRING, until STRING, users INTEGER, who LIST<STRING>
MATCH (item:Item {id: $item})
// A hub is one row.
CALL (item) {
  MATCH (item)<-[ordered:ORDERED]-(user:User)
  WHERE item.kind <> 'hub'
  WITH user, ordered, 3 * 3600 * 1000000 AS slot
  WITH user, slot,
       [ordered.first_seen / slot] + coalesce(ordered.between, []) + (ordered.last_seen / slot)
         AS slots
  UNWIND slots AS number
  WITH number * slot AS begin, slot, collect(DISTINCT user.id) AS users
  WHERE size(users) > 1
  ORDER BY size(users) DESC, begin
  LIMIT 100
  RETURN collect({
    from: toString(datetime({epochSeconds: begin / 1000000})),
    until: toString(datetime({epochSeconds: (begin + slot) / 1000000})),
    users: users
  }) AS found
}
UNWIND CASE found WHEN [] THEN [null] ELSE found END AS one
RETURN item.id AS item, item.degree AS all_users, one.from AS from, one.until AS until,
       size(one.users) AS users, one.users[..20] AS who
LIMIT 100
