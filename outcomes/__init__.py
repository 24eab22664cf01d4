"""What the trial measures: each instrument is declared once and everything else is derived."""
