// The sweep that readers are led to.
// parameters:
// returns: sweep STRING
MATCH (:Log {name: 'events'})-[:LATEST]->(sweep:Sweep)
RETURN sweep.id AS sweep
