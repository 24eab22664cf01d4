"""The dictionaries of a trial, and the codings. Terms are the sponsor's; none comes with us."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from audit.models import AuditedModel
from safety.models.checks import check, said
from safety.models.event import AdverseEvent
from safety.models.report import SHA256

VERSION = r"^[0-9]{1,2}\.[0-9]$"
VERSION_WORDS = "A version has one point, as in 27.1."


def named_words() -> SearchVector:
    """The words of a term as the index holds them; without stemming, in whatever language."""
    return SearchVector("name", config="simple")


class Dictionary(AuditedModel):
    """One version of MedDRA in one language, as the sponsor's files had it; rows are only added.

    ``sha256`` covers the names and contents of the files; ``terms`` counts the lowest level.
    """

    trail_title = "Dictionary"

    version = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    terms = models.PositiveIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="dictionary_once"),
            check("dictionary_version_form", "version", Q(version__regex=VERSION), VERSION_WORDS),
            check("dictionary_language_given", "language", said("language"), "Name the language."),
            check(
                "dictionary_has_hash",
                "sha256",
                Q(sha256__regex=SHA256),
                "A dictionary carries the hash of its files.",
            ),
        ]

    def __str__(self) -> str:
        return f"MedDRA {self.version} ({self.language})"

    @property
    def place(self) -> tuple[int, ...]:
        """Where the version stands among others: 9.1 before 10.0."""
        return tuple(int(part) for part in self.version.split("."))


class Term(models.Model):
    """One lowest level term (LLT) with the path over it to the primary system organ class.

    A version never changes once it is out, so its levels stand here in one row, and codes of upper
    levels repeat. Secondary paths and standardized queries are not kept.
    """

    UNAUDITED: ClassVar[str] = "Loading a dictionary is an event; append-only"

    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="lines")
    code = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    current = models.BooleanField()
    pt_code = models.PositiveIntegerField()
    pt = models.CharField(max_length=200)
    hlt_code = models.PositiveIntegerField()
    hlt = models.CharField(max_length=200)
    hlgt_code = models.PositiveIntegerField()
    hlgt = models.CharField(max_length=200)
    soc_code = models.PositiveIntegerField()
    soc = models.CharField(max_length=200)

    class Meta:
        ordering = ("name",)
        constraints = [
            # What a coding names; the codes of one row, so that the database can compare.
            models.UniqueConstraint(
                fields=["dictionary", "code", "pt_code", "soc_code"], name="term_and_its_path"
            ),
            models.UniqueConstraint(fields=["dictionary", "code"], name="term_once"),
        ]
        indexes = [
            models.Index("dictionary", Lower("name"), name="term_by_name"),
            GinIndex(named_words(), name="term_by_words"),
        ]

    def __str__(self) -> str:
        return self.name


class Coding(AuditedModel):
    """What one event was coded as, once: a later coding of it is another row.

    ``verbatim`` is the reporter's term as it was read then: where the event says something else
    now, the coding is stale. The words beside the codes are those of that version.
    """

    trail_title = "Coding"
    participant_path = "event__participant"
    # It is of an event whose words may tell an arm.
    reveals_arm = True

    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="codings")
    number = models.PositiveIntegerField()
    verbatim = models.CharField("reported term", max_length=200)
    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="+")
    code = models.PositiveIntegerField("LLT code")
    name = models.CharField("LLT", max_length=200)
    pt_code = models.PositiveIntegerField("PT code")
    pt = models.CharField("PT", max_length=200)
    soc_code = models.PositiveIntegerField("SOC code")
    soc = models.CharField("primary SOC", max_length=200)
    coded_at = models.DateTimeField()
    coded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("event", "number")
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="coding_number_once"),
            check(
                "coding_number_counts", "number", Q(number__gte=1), "Codings are numbered from 1."
            ),
            check("coding_of_words", "verbatim", said("verbatim"), "A coding is of some words."),
        ]

    def __str__(self) -> str:
        return f"{self.pt} ({self.dictionary.version})"
