"""A background of people and places: who is where, needs what, and hears of it from whom."""
