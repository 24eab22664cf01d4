"""People who log in, and the tokens their programs use."""
