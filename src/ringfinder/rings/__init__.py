"""Rings: channels, score, innocent hypotheses, membership and lineage."""
