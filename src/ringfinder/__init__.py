"""ringfinder: a graph-based fraud ring detector for e-commerce."""

__version__ = "0.1.0"
