"""REST errors as ``{"code", "message"}``. Apart from the pages' errors: the REST framework reads
its settings when it is imported, and those name classes of ours."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from audit.errors import Refused
from trial.locks import refusal_of


def api_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST errors as ``{"code", "message"}``; the unexpected carries a reference number."""
    refused = exc if isinstance(exc, Refused) else refusal_of(exc)
    if refused is not None:
        return Response({"code": refused.code, "message": refused.message}, status=refused.status)
    response = exception_handler(exc, context)
    if response is not None:
        detail = response.data.get("detail") if isinstance(response.data, dict) else None
        if detail is not None:
            code = getattr(detail, "code", "error")
            response.data = {"code": code, "message": str(detail)}
        else:
            response.data = {
                "code": "invalid",
                "message": "Some fields are missing or wrong.",
                "fields": response.data,
            }
    return response
