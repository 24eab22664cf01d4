"""Is it true: the trail people read."""
