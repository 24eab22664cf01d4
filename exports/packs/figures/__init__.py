"""What stands in a pack: numbers, tables and figures. Pure: reads a cut, never the database."""
