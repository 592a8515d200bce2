"""Lists of the best items, exact and approximate, and of similar items."""
