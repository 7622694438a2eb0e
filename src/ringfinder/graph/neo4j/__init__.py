"""The shared graph in Neo4j: what an investigator's whole team looks at."""
