"""Nothing changes unseen."""
