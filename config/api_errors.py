"""REST errors as problem details. Apart from the pages' errors: the REST framework reads its
settings when it is imported, and those name classes of ours."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from audit.errors import Refused
from exports.problems import MEDIA_TYPE, problem
from trial.locks import refusal_of

WRONG_FIELDS = "Some fields are missing or wrong."


def api_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error met in a view of the API; None leaves it to the page of a 500."""
    instance = context["request"].path
    refused = exc if isinstance(exc, Refused) else refusal_of(exc)
    if refused is not None:
        return Response(_of_refusal(refused, instance), refused.status, content_type=MEDIA_TYPE)
    response = exception_handler(exc, context)
    if response is not None:
        response.data = _of_framework(exc, response, instance)
        response.content_type = MEDIA_TYPE
    return response


def _of_refusal(refused: Refused, instance: str) -> dict[str, Any]:
    return problem(
        code=refused.code,
        status=refused.status,
        detail=refused.message,
        instance=instance,
        errors={refused.field: [refused.message]} if refused.field else None,
    )


def _of_framework(exc: Exception, response: Response, instance: str) -> dict[str, Any]:
    if isinstance(exc, ValidationError):
        return problem(
            code="invalid",
            status=response.status_code,
            detail=WRONG_FIELDS,
            instance=instance,
            errors=response.data,
        )
    # Django's own 404 and refusals come here as the framework's.
    detail = response.data["detail"]
    code = "wrong-method" if isinstance(exc, MethodNotAllowed) else detail.code.replace("_", "-")
    return problem(code=code, status=response.status_code, detail=str(detail), instance=instance)
