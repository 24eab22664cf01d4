"""What monitoring keeps of its own: queries and the runs of the edit checks."""

from monitoring.models.queries import CheckRun, Query, QueryMessage

__all__ = ["CheckRun", "Query", "QueryMessage"]
