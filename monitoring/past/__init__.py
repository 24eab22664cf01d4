"""What was: the history of an item, and trial data as they stood at an instant."""
