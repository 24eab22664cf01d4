"""What the medical monitor looks at: serious events, events over time, vital signs."""
