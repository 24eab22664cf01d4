"""Everything that changes what monitoring keeps."""

from monitoring.services.certificates import record_certificate
from monitoring.services.queries import (
    answer_query,
    bulk_close,
    close_query,
    open_query,
    reopen_query,
)
from monitoring.services.sdv import verify, verify_visit, withdraw_verification

__all__ = [
    "answer_query",
    "bulk_close",
    "close_query",
    "open_query",
    "record_certificate",
    "reopen_query",
    "verify",
    "verify_visit",
    "withdraw_verification",
]
