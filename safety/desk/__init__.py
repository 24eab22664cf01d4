"""The safety desk's pages: what is due, one report, assessments, submissions, urgent measures."""
