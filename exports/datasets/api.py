"""The datasets and the codebook of a cut, page by page, read from its frozen files."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, ClassVar

from django.http import Http404, HttpResponseNotModified
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from exports import answering, selectors
from exports.datasets import cursors, examples, pages, serializers, services
from exports.datasets import selectors as datasets
from exports.datasets.described import Variable, key_of, variables
from exports.datasets.pages import Place
from exports.datasets.parameters import Asked, ColumnsAsked, RowsAsked, asked
from exports.models import DataCut

Answer = Response | HttpResponseNotModified
REFUSALS = {
    **answering.UNCHANGED,
    **answering.GUARDED_BY_TOKEN,
    **answering.NOT_THERE,
    **answering.refusals("invalid", "bad-cursor", "not-done", "not-comparable", "files-gone"),
}


class FrozenView(APIView):
    """What is read from the files of one finished cut."""

    needs: ClassVar = {"GET": answering.READS}
    authentication_classes = answering.BY_TOKEN
    permission_classes = answering.GUARDED

    def cut(self, request: Request, code: str) -> DataCut:
        """The cut, if the token's owner may know of it."""
        found = selectors.find(request.user, code)
        if found is None:
            raise Http404
        return found


class DatasetsView(FrozenView):
    """The datasets of a cut."""

    @extend_schema(
        operation_id="list_datasets",
        parameters=answering.ETAG,
        responses={200: serializers.DatasetsSerializer, **REFUSALS},
        examples=[examples.DATASETS],
    )
    def get(self, request: Request, code: str) -> Answer:
        """List the datasets: one a form, and those of the trial as a whole."""
        asked(Asked, request)
        cut = self.cut(request, code)
        found = list(datasets.datasets_of(cut))
        columns = datasets.titles(datasets.folder_of(cut))
        results = [
            {
                "dataset": name,
                "title": columns[name][0].title,
                "file": file.name,
                "sha256": file.sha256,
                "row_count": file.rows,
                "key": key_of([column.name for column in columns[name]]),
                "url": reverse("api-dataset", [code, name], request=request),
                "codebook_url": replace_query_param(
                    reverse("api-codebook", [code], request=request), "dataset", name
                ),
            }
            for name, file in found
            if name in columns
        ]
        return answering.answer_tagged(request, {"cut": cut.code, "next": None, "results": results})


class RowsView(FrozenView):
    """The rows of one dataset."""

    @extend_schema(
        operation_id="read_dataset",
        parameters=[RowsAsked, *answering.ETAG],
        responses={200: serializers.RowsSerializer, **REFUSALS},
        examples=[examples.ROWS, examples.CHANGES],
    )
    def get(self, request: Request, code: str, name: str) -> Answer:
        """Read the rows, typed by the codebook; the same page has the same content for ever."""
        given = asked(RowsAsked, request)
        cut = self.cut(request, code)
        dataset, file = datasets.find(cut, name)
        old = datasets.earlier(request.user, cut, given.get("changed_since"))
        before = datasets.earlier_dataset(old, dataset)
        folders = [datasets.folder_of(one) for one in (cut, old) if one is not None]
        choice = datasets.choice(dataset, given, *folders)
        bound = _bound(request, given, code, name)
        start = cursors.read(given["cursor"], bound) if "cursor" in given else None
        etag = answering.etag_of(
            cut.manifest_sha256,
            old.manifest_sha256 if old else "",
            request.build_absolute_uri(request.path),
            sorted(request.query_params.lists()),
        )
        if same := answering.unchanged(request, etag):
            return same
        page = pages.changes(dataset, before, choice, start, given["page_size"])
        if start is None and request.method == "GET":
            services.record_reading(
                cut=cut, file=file, actor=answering.owner(request), at=answering.arrived(request)
            )
        return answering.answer(
            {
                "cut": cut.code,
                "dataset": name,
                "changed_since": old.code if old else None,
                "next": _link(request, page.next, bound),
                "results": page.rows,
                "gone": page.gone,
            },
            etag,
        )


class CodebookView(FrozenView):
    """The codebook of a cut."""

    @extend_schema(
        operation_id="read_codebook",
        parameters=[ColumnsAsked, *answering.ETAG],
        responses={200: serializers.CodebookSerializer, **REFUSALS},
        examples=[examples.CODEBOOK],
    )
    def get(self, request: Request, code: str) -> Answer:
        """Read what every column holds, with the labels of its codes."""
        given = asked(ColumnsAsked, request)
        cut = self.cut(request, code)
        folder, only = datasets.folder_of(cut), given.get("dataset")
        if only is not None and only not in dict(datasets.datasets_of(cut)):
            raise Http404
        bound = _bound(request, given, code, "codebook")
        start = cursors.read(given["cursor"], bound) if "cursor" in given else None
        columns = variables(folder, only, start.position if start else None)
        found = list(islice(columns, given["page_size"]))
        more = next(columns, None) is not None
        content = {
            "cut": cut.code,
            "next": _link(request, Place("rows", found[-1][1]) if more else None, bound),
            "results": [_explained(variable) for variable, _ in found],
        }
        return answering.answer_tagged(request, content)


def _bound(request: Request, given: Mapping[str, Any], *address: str) -> list[Any]:
    """What a cursor belongs to: this person, this address, these parameters."""
    own = {name: given[name] for name in sorted(given) if name not in {"cursor", "page_size"}}
    return [answering.owner(request).pk, *address, own]


def _link(request: Request, place: Place | None, bound: list[Any]) -> str | None:
    if place is None:
        return None
    address = request.build_absolute_uri()
    return str(replace_query_param(address, "cursor", cursors.write(place, bound)))


def _explained(variable: Variable) -> dict[str, Any]:
    return {
        "dataset": variable.dataset,
        "position": variable.position,
        "column": variable.name,
        "label": variable.label,
        "type": variable.kind,
        "unit": variable.unit,
        "minimum": variable.minimum,
        "maximum": variable.maximum,
        "values": [{"value": value, "label": label} for value, label in variable.values],
    }
