"""Forms of the backbone's pages: shape and wording of what is typed, no rule of the trial."""
