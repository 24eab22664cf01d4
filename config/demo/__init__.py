"""The simulated trial: published counts, invented people, made through the ordinary services."""
