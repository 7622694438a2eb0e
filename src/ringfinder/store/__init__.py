"""Stores: the event lake, the snapshot file, the engine and the casebook."""
