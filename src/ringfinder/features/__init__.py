"""Features, sequences and the snapshot as of a time."""
