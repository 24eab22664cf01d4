"""Pages from marrow to infusion."""
