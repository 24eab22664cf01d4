"""Nothing changes unseen: rows with their history, events, and the floor in the database."""
