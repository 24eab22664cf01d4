"""The REST API of the data cuts: the same rights and the same blinding as the pages."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, ClassVar, cast

from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.generics import ListAPIView
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from exports import content_types, selectors, serializers, services
from exports.authentication import TokenAuthentication, TokenMay
from exports.models import DataCut
from exports.tokens import CREATE, READ
from exports.wire import NestedJSONParser, NewestFirst
from trial.access import Permission

REFUSED = serializers.RefusalSerializer
READS = (READ, Permission.READ_CUTS)
MAKES = (CREATE, Permission.MAKE_CUTS)
BY_TOKEN: list[type[BaseAuthentication]] = [TokenAuthentication]
GUARDED: list[type[BasePermission]] = [IsAuthenticated, TokenMay]
PARSERS: list[type[BaseParser]] = [NestedJSONParser]
NO_TOKEN = {
    401: OpenApiResponse(REFUSED, "No token, or one that does not work."),
    403: OpenApiResponse(REFUSED, "The token, or its owner, may not do this."),
}
NOT_THERE = {404: OpenApiResponse(REFUSED, "Nothing here that this token may know of.")}


def _find(request: Request, code: str) -> DataCut:
    found = selectors.find(request.user, code)
    if found is None:
        raise Http404
    return found


def _owner(request: Request) -> User:
    # IsAuthenticated let the request pass, so it is somebody.
    return cast("User", request.user)


def _at(request: Request) -> datetime:
    """The server's time of the request (``config.middleware.ServerTime``)."""
    return cast("datetime", request._request.at)  # type: ignore[attr-defined]  # HttpRequest has no field for it


class CutsView(ListAPIView[DataCut]):
    """The cuts this token may see, and the door to ask for one."""

    needs: ClassVar = {"GET": READS, "POST": MAKES}
    authentication_classes = BY_TOKEN
    permission_classes = GUARDED
    serializer_class = serializers.CutSerializer
    pagination_class = NewestFirst
    parser_classes = PARSERS

    def get_queryset(self) -> Any:
        """What the token's owner may see."""
        return selectors.cuts_for(self.request.user)

    @extend_schema(
        operation_id="list_cuts",
        responses={200: serializers.CutSerializer(many=True), **NO_TOKEN, **NOT_THERE},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the cuts, the newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_cut",
        request=serializers.CutRequestSerializer,
        responses={
            202: serializers.CutSerializer,
            400: OpenApiResponse(REFUSED, "A field is missing or wrong, or this is not JSON."),
            415: OpenApiResponse(REFUSED, "The body is not JSON."),
            422: OpenApiResponse(REFUSED, "The purpose says nothing."),
            **NO_TOKEN,
        },
    )
    def post(self, request: Request) -> Response:
        """Ask for a cut. It is made in the background: read it again until it is done."""
        asked = serializers.CutRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        cut = services.request_cut(
            **asked.validated_data,
            actor=_owner(request),
            at=_at(request),
        )
        made = serializers.CutSerializer(cut, context={"request": request}).data
        return Response(made, status.HTTP_202_ACCEPTED, headers={"Location": made["url"]})


class CutView(APIView):
    """One cut."""

    needs: ClassVar = {"GET": READS}
    authentication_classes = BY_TOKEN
    permission_classes = GUARDED

    @extend_schema(
        operation_id="read_cut",
        responses={200: serializers.CutDetailSerializer, **NO_TOKEN, **NOT_THERE},
    )
    def get(self, request: Request, code: str) -> Response:
        """Read a cut with its files and manifest."""
        cut = _find(request, code)
        return Response(serializers.CutDetailSerializer(cut, context={"request": request}).data)


class CutFileView(APIView):
    """One file of a cut."""

    needs: ClassVar = {"GET": READS}
    authentication_classes = BY_TOKEN
    permission_classes = GUARDED

    @extend_schema(
        operation_id="download_file",
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            **{
                (200, kind): OpenApiTypes.BINARY
                for kind in content_types.KINDS
                if kind != "application/json"
            },
            304: OpenApiResponse(description="You have this file already (If-None-Match)."),
            410: OpenApiResponse(REFUSED, "The file is not on the server any more."),
            **NO_TOKEN,
            **NOT_THERE,
        },
    )
    def get(self, request: Request, code: str, name: str) -> HttpResponse | FileResponse:
        """Download a file. ETag is its SHA-256; Repr-Digest carries it too (RFC 9530)."""
        cut = _find(request, code)
        file = selectors.file_of(cut, name)
        if file is None:
            raise Http404
        etag = quote_etag(file.sha256)
        if {etag, "*"} & set(parse_etags(request.headers.get("If-None-Match", ""))):
            return HttpResponseNotModified(headers={"ETag": etag})
        path = selectors.path_of(cut, file)
        if request.method == "GET":
            services.record_download(
                cut=cut,
                name=file.name,
                sha256=file.sha256,
                actor=_owner(request),
                at=_at(request),
            )
        digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
        return FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=path.name,
            content_type=content_types.of(file.name),
            headers={"ETag": etag, "Repr-Digest": f"sha-256=:{digest}:"},
        )


class SchemaView(SpectacularAPIView):
    """The OpenAPI description of all this; anybody may read it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.authentication_classes = []
        self.permission_classes = []
