// Takes the scores of another sweep off up to so many users that this one does not speak of.
// parameters: sweep STRING, rows INTEGER
// returns: removed INTEGER
MATCH (user:User)
WHERE user.sweep <> $sweep
WITH user LIMIT $rows
REMOVE user.score, user.rank, user.bursts, user.sweep
RETURN count(*) AS removed
