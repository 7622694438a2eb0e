"""A seeded marketplace with planted rings and innocent look-alikes, with truth."""
