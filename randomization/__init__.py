"""Who gets what, once, in order, unseen; and what was then given."""
