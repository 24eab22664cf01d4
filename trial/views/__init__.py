"""The backbone's pages."""
