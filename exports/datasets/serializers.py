"""What the datasets and the codebook of a cut look like as JSON."""

from __future__ import annotations

from typing import Any, get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from exports.tables import Kind

NEXT = "The address of the next page; null on the last one."


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {},
        "description": "By column: text, number, true or false as the codebook says; null where "
        "the value is missing.",
    }
)
class RowField(serializers.DictField):
    """A row of a dataset."""


class DatasetSerializer(serializers.Serializer[Any]):
    """One dataset of a cut."""

    dataset = serializers.CharField(help_text="Its name, for example nihss.")
    title = serializers.CharField()
    file = serializers.CharField(help_text="The file of the cut that it is.")
    sha256 = serializers.CharField(help_text="Of that file, in 64 hexadecimal digits.")
    row_count = serializers.IntegerField()
    key = serializers.ListField(
        child=serializers.CharField(), help_text="The columns that name a row together."
    )
    url = serializers.CharField(help_text="Where its rows are read.")
    codebook_url = serializers.CharField(help_text="Where its columns are explained.")


class DatasetsSerializer(serializers.Serializer[Any]):
    """The datasets of a cut."""

    cut = serializers.CharField()
    next = serializers.CharField(allow_null=True, help_text=NEXT)
    results = DatasetSerializer(many=True)


class RowsSerializer(serializers.Serializer[Any]):
    """A page of the rows of a dataset."""

    cut = serializers.CharField()
    dataset = serializers.CharField()
    changed_since = serializers.CharField(
        allow_null=True, help_text="The earlier cut that the rows are compared with."
    )
    next = serializers.CharField(allow_null=True, help_text=NEXT)
    results = serializers.ListField(child=RowField(), help_text="In the order of the file.")
    gone = serializers.ListField(
        child=RowField(),
        help_text="Keys of rows that the earlier cut has and this one has not; on the last pages.",
    )


class CodeSerializer(serializers.Serializer[Any]):
    """A code, and what it means."""

    value = serializers.JSONField(help_text="As it stands in the rows: a whole number, or text.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the label; a serializer has an attribute of that name."""
        return {**super().get_fields(), "label": serializers.CharField()}


class VariableSerializer(serializers.Serializer[Any]):
    """One column of a dataset."""

    dataset = serializers.CharField()
    position = serializers.IntegerField(help_text="Place of the column, from 1.")
    column = serializers.CharField()
    type = serializers.ChoiceField(choices=list(get_args(Kind)))
    unit = serializers.CharField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    values = CodeSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the label; a serializer has an attribute of that name."""
        return {**super().get_fields(), "label": serializers.CharField()}


class CodebookSerializer(serializers.Serializer[Any]):
    """A page of the codebook of a cut."""

    cut = serializers.CharField()
    next = serializers.CharField(allow_null=True, help_text=NEXT)
    results = VariableSerializer(many=True)
