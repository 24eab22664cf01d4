"""The whole product, and one part of it killed after the other."""
