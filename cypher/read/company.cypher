// The cells of a user by item, [code, id, own cells, pairs with others], and who shares two or more of them.
// parameters: user STRING, slot INTEGER, limit INTEGER
// returns: items LIST<LIST<ANY>>, companions LIST<LIST<ANY>>
MATCH (user:User {id: $user})
USING INDEX user:User(id)
CALL (user) {
  MATCH (user)-[own:ORDERED]->(item:Item)
  WITH item, own.first_seen / $slot AS first, own.last_seen / $slot AS last, own.between AS between
  WITH item, first * $slot AS since, (last + 1) * $slot AS until,
       CASE WHEN first = last THEN [first] ELSE first + coalesce(between, []) + last END AS slots
  CALL (user, item, since, until, slots) {
    // Most holders of a popular item fail here, by two properties alone.
    MATCH (item)<-[theirs:ORDERED]-(other:User)
    WHERE theirs.last_seen >= since AND theirs.first_seen < until AND other <> user
    WITH other, theirs.first_seen / $slot AS begin, theirs.last_seen / $slot AS end,
         theirs.between AS between
    WITH other,
         size([slot IN slots WHERE slot = begin OR slot = end OR slot IN between]) AS cells
    WHERE cells > 0
    RETURN collect([other, cells]) AS met
  }
  RETURN collect([item.code, item.id, size(slots), met]) AS found
}
CALL (found) {
  UNWIND found AS row
  UNWIND row[3] AS met
  WITH met[0] AS other, sum(met[1]) AS cells, collect([row[0], met[1]]) AS shared
  WHERE cells > 1
  ORDER BY cells DESC, other.code
  LIMIT $limit
  RETURN collect([other.id, other.code, other.cells, shared]) AS companions
}
RETURN [row IN found | [row[0], row[1], row[2], reduce(n = 0, met IN row[3] | n + met[1])]] AS items,
       companions
