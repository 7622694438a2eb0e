// A user as the log and the last sweep know it.
// parameters: user STRING
// returns: code INTEGER, score FLOAT, rank INTEGER, sweep STRING, first_seen INTEGER, last_seen INTEGER, actions LIST<INTEGER>, bursts LIST<STRING>
MATCH (user:User {id: $user})
USING INDEX user:User(id)
RETURN user.code AS code, user.score AS score, user.rank AS rank, user.sweep AS sweep,
       user.first_seen AS first_seen, user.last_seen AS last_seen, user.actions AS actions,
       coalesce(user.bursts, []) AS bursts
LIMIT 1
