// Who is in this ring, and how risky is each member?
// parameters: ring STRING
// returns: user STRING, role STRING, score FLOAT, rank INTEGER, events INTEGER, first_seen STRING, last_seen STRING
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (user:User)-[member:MEMBER_OF]->(ring)
RETURN user.id AS user, member.role AS role, round(member.score, 4) AS score, member.rank AS rank,
       user.events AS events,
       toString(datetime({epochSeconds: user.first_seen / 1000000})) AS first_seen,
       toString(datetime({epochSeconds: user.last_seen / 1000000})) AS last_seen
ORDER BY rank
LIMIT 500
