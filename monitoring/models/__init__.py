"""What monitoring keeps of its own: queries, runs of the edit checks, marks, certificates."""

from monitoring.models.certificate import Certificate
from monitoring.models.queries import CheckRun, Query, QueryMessage
from monitoring.models.sdv import SdvMark

__all__ = ["Certificate", "CheckRun", "Query", "QueryMessage", "SdvMark"]
