"""Cases: evidence in words, and its rendering."""
