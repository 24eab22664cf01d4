"""What monitoring keeps: queries, runs of the edit checks, marks, certificates, reviews."""

from monitoring.models.certificate import Certificate
from monitoring.models.queries import CheckRun, Query, QueryMessage
from monitoring.models.reviews import TrailReview
from monitoring.models.sdv import SdvMark

__all__ = ["Certificate", "CheckRun", "Query", "QueryMessage", "SdvMark", "TrailReview"]
