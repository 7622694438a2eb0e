"""Events: their schema, column mapping, readers and the simulator."""
