// Deletes up to so many relationships, whatever they are.
// parameters: rows INTEGER
// returns: deleted INTEGER
MATCH ()-[link]->()
WITH link LIMIT $rows
DELETE link
RETURN count(*) AS deleted
