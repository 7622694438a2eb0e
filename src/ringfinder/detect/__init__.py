"""Detectors of risky users behind one protocol."""
