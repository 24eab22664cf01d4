"""Everything that changes what monitoring keeps."""

from monitoring.services.queries import (
    answer_query,
    bulk_close,
    close_query,
    open_query,
    reopen_query,
)

__all__ = ["answer_query", "bulk_close", "close_query", "open_query", "reopen_query"]
