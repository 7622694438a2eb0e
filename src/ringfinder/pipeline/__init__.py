"""The verbs: one short function each, returning a result object."""
