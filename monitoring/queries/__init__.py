"""The pages of queries, and what they put beside the pages of the backbone."""
