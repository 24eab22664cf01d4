"""The data and safety monitoring board: its meetings, votes, recommendations, stopping rules."""
