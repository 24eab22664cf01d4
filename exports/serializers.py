"""What the REST API takes and gives."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.reverse import reverse

from exports import selectors
from exports.choosing import Choice
from exports.formats import registry
from exports.models import FORMAT_CODES, PURPOSE_LENGTH, DataCut


class StrictBoolean(serializers.BooleanField):
    """``true`` or ``false``, and none of the words a web form would send for them."""

    def run_validation(self, data: Any = empty) -> Any:
        """Refuse what is not a boolean."""
        if data is not empty and not isinstance(data, bool):
            self.fail("invalid", input=data)
        return super().run_validation(data)


class StrictText(serializers.CharField):
    """Text as sent; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class CutRequestSerializer(serializers.Serializer[Any]):
    """A cut to be made."""

    purpose = StrictText(
        max_length=PURPOSE_LENGTH, help_text="What the cut is for; kept with it and in the trail."
    )
    blinded = StrictBoolean(
        help_text="False asks for allocation and treatment too, which not everybody may."
    )
    forms = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        default=list,
        max_length=50,
        help_text="Codes of the forms in it; none for all.",
    )
    population = serializers.ChoiceField(
        DataCut.POPULATIONS,
        required=False,
        default=DataCut.CONSENTED,
        help_text="Whose data: everybody who consented, or who was randomized.",
    )
    sites = serializers.ListField(
        child=serializers.CharField(max_length=5),
        required=False,
        default=list,
        max_length=1000,
        help_text="Codes of the sites in it; none for all.",
    )
    cut_off = serializers.DateField(
        required=False,
        default=None,
        allow_null=True,
        help_text="The last day, at each site; null for everything up to the instant of the cut.",
    )
    final = StrictBoolean(
        required=False,
        default=False,
        help_text="The one cut of the locked trial that is analysed: of everything, once a lock.",
    )
    formats = serializers.ListField(
        child=serializers.ChoiceField([(one.code, one.title) for one in registry.FORMATS]),
        required=False,
        default=list,
        max_length=len(FORMAT_CODES),
        help_text="Formats besides CSV, which is always in it.",
    )

    def taken(self) -> dict[str, Any]:
        """What ``services.request_cut`` takes."""
        given = dict(self.validated_data)
        names = ("forms", "population", "sites", "cut_off", "final")
        held = {name: given.pop(name) for name in names}
        return {**given, "choice": Choice(**held)}


class CutFileSerializer(serializers.Serializer[Any]):
    """One file of a finished cut."""

    name = serializers.CharField(
        help_text="Its path in the cut: a plain name, or one in one folder (parquet/nihss.parquet)."
    )
    sha256 = serializers.CharField(help_text="In 64 hexadecimal digits.")
    bytes = serializers.IntegerField()
    rows = serializers.IntegerField(
        allow_null=True, help_text="Without the header; null for what is no table."
    )
    url = serializers.CharField(help_text="Where to download it.")


class CutSerializer(serializers.Serializer[DataCut]):
    """A cut: its state, what it is for, and its files once it is done."""

    id = serializers.CharField(source="code", help_text="The same as ``cut``.")
    cut = serializers.CharField(source="code", help_text="Its code, for example CUT-0001.")
    status = serializers.ChoiceField(choices=[code for code, _ in DataCut.STATUSES])
    purpose = serializers.CharField()
    blinded = serializers.BooleanField()
    forms = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of its forms; empty for all."
    )
    population = serializers.ChoiceField(DataCut.POPULATIONS, help_text="Whose data are in it.")
    sites = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of its sites; empty for all."
    )
    cut_off = serializers.DateField(
        allow_null=True, help_text="The last day, at each site; null for the instant of the cut."
    )
    final = serializers.BooleanField(help_text="The one cut of the locked trial that is analysed.")
    formats = serializers.ListField(child=serializers.CharField(), help_text="Formats besides CSV.")
    requested_by = serializers.CharField(source="requested_by.full_name")
    requested_at = serializers.DateTimeField()
    as_of = serializers.DateTimeField(
        allow_null=True, help_text="The instant at which the cut shows the trial."
    )
    finished_at = serializers.DateTimeField(allow_null=True)
    rows_done = serializers.IntegerField()
    rows_total = serializers.IntegerField(allow_null=True)
    manifest_sha256 = serializers.CharField(help_text="Empty until the cut is done.")
    error = serializers.CharField(help_text="Why it failed; otherwise empty.")
    url = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()

    def get_url(self, cut: DataCut) -> str:
        """Where this cut is read."""
        return str(reverse("api-cut", [cut.code], request=self.context["request"]))

    @extend_schema_field(CutFileSerializer(many=True))
    def get_files(self, cut: DataCut) -> list[dict[str, Any]]:
        """The files; an empty list until the cut is done."""
        request = self.context["request"]
        return [
            {
                "name": file.name,
                "sha256": file.sha256,
                "bytes": file.bytes,
                "rows": file.rows,
                "url": reverse("api-cut-file", [cut.code, file.name], request=request),
            }
            for file in selectors.files_of(cut)
        ]


class CutDetailSerializer(CutSerializer):
    """A cut with its manifest."""

    manifest = serializers.DictField(
        allow_null=True, help_text="The content of manifest.json; null until the cut is done."
    )


class ProblemSerializer(serializers.Serializer[Any]):
    """Why a request was refused, as problem details (RFC 9457)."""

    type = serializers.CharField(
        help_text="Names the kind; /api/v1/problems/ says what each means. May be about:blank."
    )
    title = serializers.CharField(help_text="What the kind is called.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong here, in a sentence.")
    instance = serializers.CharField(help_text="The path that was asked.")
    code = serializers.CharField(help_text="The kind, for programs; it stays what it is.")
    reference = serializers.CharField(
        required=False, help_text="What the server's log has an unexpected error under."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the errors; a serializer has an attribute of that name."""
        words = "Sentences by field or parameter, where single ones are wrong."
        errors = serializers.DictField(required=False, help_text=words)
        return {**super().get_fields(), "errors": errors}


class ProblemKindSerializer(serializers.Serializer[Any]):
    """One kind of problem."""

    type = serializers.CharField()
    code = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()


class ProblemKindsSerializer(serializers.Serializer[Any]):
    """Every kind of problem the API names."""

    results = ProblemKindSerializer(many=True)
