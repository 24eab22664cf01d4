"""What programs send: a JSON body, and a place in a list. Whatever makes no sense is a 4xx."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from exports.errors import BadCursor

_PLACE = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class NestedJSONParser(JSONParser):
    """JSON, refused when it is nested too deep to be read."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body as Python values."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deep") from error


class NewestFirst(CursorPagination):
    """Fifty cuts a page, the newest first; cuts made meanwhile shift nothing."""

    ordering = "-number"
    page_size = 50

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The place asked for.

        Raises:
            BadCursor: this product did not write it.
        """
        sent = request.query_params.get(self.cursor_query_param)
        if sent is not None and not _PLACE.fullmatch(sent):
            raise BadCursor
        try:
            found = super().decode_cursor(request)
        except NotFound as error:
            raise BadCursor from error
        if found is not None and found.position and not _NUMBER.fullmatch(str(found.position)):
            raise BadCursor
        return found

    def get_paginated_response_schema(self, schema: Any) -> Any:
        """How the API's description shows a page; both links are null at their end of the list."""
        found = super().get_paginated_response_schema(schema)
        for name, example in (("next", "cD00ODY%3D"), ("previous", "cj0xJnA9NDg3")):
            found["properties"][name] |= {
                "description": f"The address of the {name} page; null where there is none.",
                "example": f"https://trial.example.org/api/v1/cuts/?cursor={example}",
            }
        return found
