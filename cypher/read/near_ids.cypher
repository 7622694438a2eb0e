// Users with one of these ids, and those just before and after an id in the order of ids.
// parameters: spellings LIST<STRING>, user STRING, around INTEGER
// returns: id STRING
CALL () {
  UNWIND $spellings AS spelling
  MATCH (user:User {id: spelling})
  USING INDEX user:User(id)
  RETURN user.id AS id
  UNION ALL
  MATCH (user:User)
  USING INDEX user:User(id)
  WHERE user.id < $user
  RETURN user.id AS id
  ORDER BY id DESC
  LIMIT $around
  UNION ALL
  MATCH (user:User)
  USING INDEX user:User(id)
  WHERE user.id > $user
  RETURN user.id AS id
  ORDER BY id
  LIMIT $around
}
RETURN id
