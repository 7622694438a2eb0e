// How much one shared entity says: the entities of one type with codes in [low, high), by column.
// parameters: low INTEGER, high INTEGER
// returns: code LIST<INTEGER>, kind LIST<STRING>, weight LIST<FLOAT>
// names: label
MATCH (entity:<label>)
WHERE entity.code >= $low AND entity.code < $high
RETURN collect(entity.code) AS code, collect(entity.kind) AS kind, collect(entity.weight) AS weight
