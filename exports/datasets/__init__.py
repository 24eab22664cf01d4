"""The tables of a frozen cut, read a page at a time from the files they lie in."""
