"""Unblinding on pages: asking, deciding, and the one page that shows the arm to one person."""
