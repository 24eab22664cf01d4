"""Programs that travel with a cut and read it into R, Python, SAS and Stata."""
