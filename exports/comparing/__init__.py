"""Two cuts side by side: what was added, changed and gone, and who did it, when and why."""
