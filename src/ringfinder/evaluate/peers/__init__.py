"""Other ring finders, run on the same log for comparison."""
