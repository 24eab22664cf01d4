"""Two trials that differ only in the arms, and what each person meets in them."""
