"""The packs of the data and safety monitoring board: open and closed, from one frozen cut."""
