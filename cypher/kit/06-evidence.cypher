// Why does the sweep call this a ring?
// parameters: ring STRING
// returns: fact STRING, kind STRING, observed FLOAT, by_chance FLOAT, users LIST<STRING>
MATCH (ring:Ring {ring_id: $ring})-[:FOUND_BY]->(sweep:Sweep)
WITH ring
ORDER BY sweep.as_of DESC, sweep.id DESC
LIMIT 1
MATCH (ring)-[:EVIDENCE]->(one:Evidence)
RETURN one.text AS fact, one.kind AS kind, one.observed AS observed,
       one.expected AS by_chance, one.users AS users
ORDER BY one.position
LIMIT 100
