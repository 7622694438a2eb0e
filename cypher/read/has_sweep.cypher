// Whether a sweep was published in the graph.
// parameters: sweep STRING
// returns: published BOOLEAN
RETURN EXISTS { MATCH (:Sweep {id: $sweep}) } AS published
