"""The REST API of the data cuts: the same rights and the same blinding as the pages."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase, HttpResponseNotModified
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exports import (
    answering,
    content_types,
    examples,
    problems,
    ranges,
    selectors,
    serializers,
    services,
    zipping,
)
from exports.datasets.parameters import CutsAsked, asked
from exports.models import DataCut
from exports.ranges import Sent
from exports.tokens import CREATE
from exports.wire import NestedJSONParser, NewestFirst
from trial.access import Permission

MAKES = (CREATE, Permission.MAKE_CUTS)
Answer = Response | HttpResponseNotModified
FORBIDDEN = answering.refusals(
    *answering.BY_EVERYBODY, "not-delegated", "blinded-only", address="/api/v1/cuts/"
)
PARSERS: list[type[BaseParser]] = [NestedJSONParser]

PARTS = [
    OpenApiParameter(
        "Range",
        str,
        OpenApiParameter.HEADER,
        description="The part wanted, for example bytes=1000- after a download that broke off.",
    ),
    OpenApiParameter(
        "If-Range",
        str,
        OpenApiParameter.HEADER,
        description="The ETag of the part at hand: the whole file is sent if it is another now.",
    ),
]


def _find(request: Request, code: str) -> DataCut:
    found = selectors.find(request.user, code)
    if found is None:
        raise Http404
    return found


class CutsView(GenericAPIView[DataCut]):
    """The cuts this token may see, and the door to ask for one."""

    needs: ClassVar = {"GET": answering.READS, "POST": MAKES}
    authentication_classes = answering.BY_TOKEN
    permission_classes = answering.GUARDED
    serializer_class = serializers.CutSerializer
    pagination_class = NewestFirst
    parser_classes = PARSERS

    def get_queryset(self) -> Any:
        """What the token's owner may see, and of that what was asked for."""
        given = asked(CutsAsked, self.request)
        found = selectors.cuts_for(self.request.user)
        if "blinded" in given:
            found = found.filter(blinded=given["blinded"] == "true")
        if "status" in given:
            found = found.filter(status=given["status"])
        return selectors.newest_at(found, given["as_of"]) if "as_of" in given else found

    @extend_schema(
        operation_id="list_cuts",
        parameters=[CutsAsked, *answering.ETAG],
        responses={
            200: serializers.CutSerializer(many=True),
            **answering.UNCHANGED,
            **answering.GUARDED_BY_TOKEN,
            **answering.refusals("invalid", "bad-cursor"),
        },
        examples=[examples.LISTED],
    )
    def get(self, request: Request) -> Answer:
        """List the cuts, the newest first."""
        some = self.paginate_queryset(self.get_queryset())
        content = self.get_paginated_response(self.get_serializer(some, many=True).data).data
        return answering.answer_tagged(request, content)

    @extend_schema(
        operation_id="create_cut",
        request=serializers.CutRequestSerializer,
        responses={
            202: serializers.CutSerializer,
            **answering.refusals(
                *("invalid", "parse-error", "unsupported-media-type", "no-purpose"),
                *("unknown-format", "unknown-form", "unknown-site", "day-not-over"),
                *("not-locked", "final-already", "final-is-whole"),
            ),
            **FORBIDDEN,
        },
        examples=[examples.ASKED_FOR, examples.WAITING],
    )
    def post(self, request: Request) -> Response:
        """Ask for a cut. It is made in the background: read it again until it is done."""
        asked = serializers.CutRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        cut = services.request_cut(
            **asked.taken(),
            actor=answering.owner(request),
            at=answering.arrived(request),
        )
        made = serializers.CutSerializer(cut, context={"request": request}).data
        return Response(made, status.HTTP_202_ACCEPTED, headers={"Location": made["url"]})


class CutView(APIView):
    """One cut."""

    needs: ClassVar = {"GET": answering.READS}
    authentication_classes = answering.BY_TOKEN
    permission_classes = answering.GUARDED

    @extend_schema(
        operation_id="read_cut",
        parameters=answering.ETAG,
        responses={
            200: serializers.CutDetailSerializer,
            **answering.UNCHANGED,
            **answering.GUARDED_BY_TOKEN,
            **answering.NOT_THERE,
        },
        examples=[examples.DONE],
    )
    def get(self, request: Request, code: str) -> Answer:
        """Read a cut with its files and manifest."""
        cut = _find(request, code)
        found = serializers.CutDetailSerializer(cut, context={"request": request}).data
        return answering.answer_tagged(request, found)


class CutFileView(APIView):
    """One file of a cut."""

    needs: ClassVar = {"GET": answering.READS}
    authentication_classes = answering.BY_TOKEN
    permission_classes = answering.GUARDED

    @extend_schema(
        operation_id="download_file",
        parameters=PARTS,
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            **{
                (status, kind): OpenApiTypes.BINARY
                for status in (200, 206)
                for kind in content_types.KINDS
                if (status, kind) != (200, "application/json")
            },
            304: OpenApiResponse(description="You have this file already (If-None-Match)."),
            **answering.refusals("files-gone", "no-such-part"),
            **answering.GUARDED_BY_TOKEN,
            **answering.NOT_THERE,
        },
    )
    def get(self, request: Request, code: str, name: str) -> HttpResponseBase:
        """Download a file, or with Range what is missing of it.

        ETag is its SHA-256; Repr-Digest carries it too (RFC 9530).
        """
        cut = _find(request, code)
        file = selectors.file_of(cut, name)
        if file is None:
            raise Http404
        path = selectors.path_of(cut, file)
        sent = Sent(path.name, content_types.of(file.name), file.sha256, file.bytes)
        if {sent.etag, "*"} & set(parse_etags(request.headers.get("If-None-Match", ""))):
            return HttpResponseNotModified(headers={"ETag": sent.etag})
        part = ranges.asked(request._request, sent)
        if part is None:
            return Response(
                problems.problem(
                    code="no-such-part",
                    status=416,
                    detail=f"The file has {file.bytes} bytes.",
                    instance=request.path,
                ),
                416,
                headers=ranges.not_there(sent),
                content_type=problems.MEDIA_TYPE,
            )
        if request.method == "GET":
            services.record_download(
                cut=cut,
                name=file.name,
                sha256=file.sha256,
                part=part,
                actor=answering.owner(request),
                at=answering.arrived(request),
            )
        found = ranges.answer(part, sent, partial(zipping.blocks, path))
        digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
        found["Repr-Digest"] = f"sha-256=:{digest}:"
        return found


class ProblemsView(APIView):
    """What the types of the problems mean; anybody may read it."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes: list[type[BasePermission]] = []

    @extend_schema(
        operation_id="list_problems",
        auth=[],
        parameters=answering.ETAG,
        responses={
            200: serializers.ProblemKindsSerializer,
            **answering.UNCHANGED,
            **answering.refusals("not-acceptable", "unexpected"),
        },
        examples=[examples.PROBLEMS],
    )
    def get(self, request: Request) -> Answer:
        """List the kinds of problems: type, code, status and title."""
        return answering.answer_tagged(request, {"results": problems.listed()})


class SchemaView(SpectacularAPIView):
    """The OpenAPI description of all this; anybody may read it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.authentication_classes = []
        self.permission_classes = []
