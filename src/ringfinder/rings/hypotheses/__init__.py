"""Innocent hypotheses: each tests one ordinary explanation of a group."""
