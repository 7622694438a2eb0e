"""Detectors and peers side by side on the same worlds, each in a process of its own."""
