"""Cypher queries, one a file; analysts open them in Neo4j's own tools."""
