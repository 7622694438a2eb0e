// Puts the scores of a sweep on its users.
// parameters: sweep STRING, rows LIST<MAP>
// returns: written INTEGER
UNWIND $rows AS row
MATCH (user:User {id: row.user})
SET user.score = row.score, user.rank = row.rank, user.sweep = $sweep, user.bursts = row.bursts
RETURN count(*) AS written
