"""How a site and the trial stand: counts, each with its list, and the deviations."""
