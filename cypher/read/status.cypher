// What the server is and what its graph holds; every count is one that the server keeps ready.
// parameters:
// returns: version STRING, log MAP, loading BOOLEAN, sweep STRING, nodes INTEGER, relationships INTEGER
CALL dbms.components() YIELD name, versions
WHERE name = 'Neo4j Kernel'
OPTIONAL MATCH (log:Log {name: 'events'})
OPTIONAL MATCH (log)-[:LATEST]->(latest:Sweep)
CALL () {
  MATCH (node)
  RETURN count(node) AS nodes
}
CALL () {
  MATCH ()-[relationship]->()
  RETURN count(relationship) AS relationships
}
RETURN versions[0] AS version,
       log {.digest, .as_of, .users, .declared} AS log,
       log.target IS NOT NULL AS loading,
       latest.id AS sweep,
       nodes,
       relationships
