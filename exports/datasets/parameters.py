"""What may be asked of a list, a dataset or a codebook; a misspelt parameter is no parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.settings import api_settings

from exports.models import DataCut

MOST, USUAL = 5000, 1000
_ZONED = re.compile(r".*(Z|[+-][0-9]{2}:?[0-9]{2})", re.ASCII | re.IGNORECASE)
LONGEST = 40


class Asked(serializers.Serializer[Any]):
    """Parameters of a request; one that does not exist is refused, not overlooked."""

    def validate(self, attrs: Any) -> Any:
        """Refuse what was misspelt."""
        known = {*self.fields, api_settings.URL_FORMAT_OVERRIDE}
        strange = sorted(set(self.initial_data) - known)
        if strange:
            there = f"There are: {', '.join(self.fields)}." if self.fields else "There are none."
            sentence = f"There is no such parameter here. {there}"
            raise serializers.ValidationError({name: [sentence] for name in strange})
        return attrs


class Instant(serializers.DateTimeField):
    """An instant with its zone: without one nobody knows when it was."""

    def to_internal_value(self, value: Any) -> datetime:
        """Refuse an instant without a zone."""
        if isinstance(value, str) and not _ZONED.fullmatch(value):
            raise serializers.ValidationError(
                "Give the zone too, for example 2027-03-12T00:00:00Z (a + is sent as %2B)."
            )
        return super().to_internal_value(value)


class _Several(serializers.ListField):
    """Words, any of which a row may have; the parameter is repeated for each."""

    def __init__(self, **given: Any) -> None:
        child = serializers.CharField(max_length=LONGEST)
        super().__init__(child=child, required=False, **given)


class CutsAsked(Asked):
    """Which cuts."""

    as_of = Instant(
        required=False,
        help_text="Only the newest finished cut that shows the trial at or before this instant.",
    )
    blinded = serializers.ChoiceField(
        ["true", "false"], required=False, help_text="Only cuts that tell no arm, or that do."
    )
    status = serializers.ChoiceField(
        [code for code, _ in DataCut.STATUSES], required=False, help_text="Only cuts so far."
    )
    cursor = serializers.CharField(required=False, help_text="From the link `next`.")


class PageAsked(Asked):
    """Which page."""

    page_size = serializers.IntegerField(
        required=False,
        default=USUAL,
        min_value=1,
        max_value=MOST,
        help_text=f"At most so many results a page; {USUAL} unless told.",
    )
    cursor = serializers.CharField(required=False, help_text="From the link `next`.")


class ColumnsAsked(PageAsked):
    """Which columns of the codebook."""

    dataset = serializers.CharField(
        required=False, max_length=LONGEST, help_text="Only the columns of this dataset."
    )


class RowsAsked(PageAsked):
    """Which rows of a dataset."""

    visit = _Several(help_text="Only rows at this visit; may be repeated.")
    site = _Several(help_text="Only rows of this site; may be repeated.")
    participant = _Several(help_text="Only rows of this participant; may be repeated.")
    changed_since = serializers.CharField(
        required=False,
        max_length=LONGEST,
        help_text="Only rows that this earlier cut lacks or has otherwise, then, in `gone`, "
        "the keys of rows it has and this cut has not.",
    )


def asked(kind: type[Asked], request: Request) -> Mapping[str, Any]:
    """The parameters of a request.

    Raises:
        ValidationError: one is wrong, or does not exist.
    """
    # As a plain map: of a form an empty answer is none, but an empty cursor is a mistake.
    given = {
        name: values if isinstance(kind().fields.get(name), _Several) else values[-1]
        for name, values in request.query_params.lists()
    }
    found = kind(data=given)
    found.is_valid(raise_exception=True)
    known: Mapping[str, Any] = found.validated_data
    return known
