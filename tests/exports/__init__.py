"""What leaves the trial."""
