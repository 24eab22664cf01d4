"""What leaves: frozen, hashed data cuts, as files, on pages and over REST."""
