"""What went wrong: adverse events, when they are serious, and the clocks that then run."""
