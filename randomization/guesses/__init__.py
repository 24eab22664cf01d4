"""The assessor's guess of the arm: its form, its place below a record, and what comes of all."""
