"""What a page shows, in the order it is read; nothing here decides or writes."""
