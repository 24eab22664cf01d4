"""Documents on paper that the safety desk sends: made from the versions of a report."""
