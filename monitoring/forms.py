"""What a reader narrows the trail to, and what a review of it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from accounts.models import User
from audit.act_names import act_names
from audit.entries import ACT, CHANGED, CREATED, Cursor, Phrase, Search
from monitoring import selectors
from monitoring.presenters import TrialWords
from monitoring.scopes import Scope
from monitoring.selectors import Reading
from trial import access, registry
from trial.identifiers import is_valid
from trial.models import Record, Site

Choice = tuple[str, str] | tuple[str, list[tuple[str, str]]]
KINDS: list[Choice] = [("", "Everything"), (CHANGED, "Changes"), (CREATED, "First entries")]
SORTS: list[tuple[str, str]] = [("", "Newest first"), ("oldest", "Oldest first")]
_OF_RECORD = ("status", "assessed_on", "assessed_by", "not_done_reason")


def _calendar() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TrailFilter(forms.Form):
    """What to show of a trail; everything may stay empty. Days are days of UTC.

    The fields to choose from are those of the form chosen: without JavaScript they are there on
    the page that answers the choice of a form.
    """

    words = forms.CharField(
        label="Search", max_length=100, required=False, help_text="Reasons, names, codes, acts"
    )
    participant = forms.CharField(label="Participant", max_length=12, required=False)
    site = forms.ModelChoiceField(
        Site.objects.none(), required=False, empty_label="All sites", to_field_name="code"
    )
    person = forms.ModelChoiceField(User.objects.all(), required=False, empty_label="Everybody")
    form = forms.ChoiceField(label="Form", required=False)
    field = forms.ChoiceField(label="Field", required=False)
    kind = forms.ChoiceField(label="Kind", required=False)
    since = forms.DateField(label="From", required=False, widget=_calendar())
    until = forms.DateField(label="To", required=False, widget=_calendar())
    sort = forms.ChoiceField(label="Order", choices=SORTS, required=False)

    def __init__(self, data: QueryDict, user: User, scope: Scope) -> None:
        self.user, self.scope, self._words = user, scope, TrialWords()
        self._sources = selectors.sources_for(user, scope)
        self._acts = self._named_acts()
        columns = list(self._columns(data.get("form", "") or _form_of(scope)))
        if data.get("field") and data["field"] not in set(_values(columns)):
            # Left over from another form.
            data = data.copy()
            data["field"] = ""
        super().__init__(data)
        self._offer("form", [("", "All forms"), *self._forms()])
        self._offer("field", [("", "All fields"), *columns])
        self._offer("kind", [*KINDS, ("Acts", [(ACT, "All acts"), *self._acts])])
        sites = self.fields["site"]
        assert isinstance(sites, forms.ModelChoiceField)  # noqa: S101 - for the types
        sites.queryset = selectors.readable_sites(user)
        for name in self._settled():
            del self.fields[name]

    def _offer(self, name: str, choices: Sequence[Choice]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the types
        field.choices = choices

    def _settled(self) -> Iterator[str]:
        """What the place of this trail leaves nothing to choose of."""
        if self.scope.participant is not None:
            yield "participant"
        if self.scope.place is not None:
            yield "site"
        if self.scope.record is not None:
            yield "form"

    def _forms(self) -> Iterator[Choice]:
        models = [source.model for source in self._sources]
        specs = [spec for spec in registry.forms() if spec.model in models]
        yield "Forms", [(spec.code, spec.short) for spec in specs]
        others = set(models) - {spec.model for spec in specs}
        titles = [(one._meta.label_lower, self._words.title(one)) for one in others]
        yield "Other", sorted(titles, key=lambda one: one[1])

    def _columns(self, form: str) -> Iterator[Choice]:
        if form in registry.codes():
            spec = registry.form(form)
            yield "Items", [(name, spec.labels.get(name, name)) for name in spec.columns]
            words = [(name, self._words.field(Record, name)) for name in _OF_RECORD]
            yield "The record", [(selectors.OF_RECORD + name, word) for name, word in words]
        for source in self._sources:
            if source.model._meta.label_lower == form:
                for one in source.fields:
                    yield one.name, self._words.field(source.model, one.name)

    def _named_acts(self) -> list[tuple[str, str]]:
        names = act_names(revealing=access.may_know_arms(self.user))
        return [(ACT + name, self._words.act(name, {})[0]) for name in names]

    def reading(self) -> Reading:
        """What was asked for; only after ``is_valid``."""
        asked, text = self.cleaned_data, self.cleaned_data["words"].strip()
        code = (asked.get("participant") or "").strip().upper()
        if is_valid(text.upper()) and not code and self.scope.participant is None:
            code, text = text.upper(), ""
        scope = selectors.narrowed(self.user, self.scope, site=asked.get("site"), code=code)
        if scope is None:
            return Reading((), None, Search())
        form = asked.get("form") or (_form_of(self.scope) if asked["field"] else "")
        return selectors.reading(
            self.user, self._search(text), scope=scope, form=form, field=asked["field"]
        )

    def _search(self, text: str) -> Search:
        asked = self.cleaned_data
        person: User | None = asked["person"]
        return Search(
            actor=person.pk if person else None,
            kind=asked["kind"][:1],
            act=asked["kind"][1:],
            since=midnight(asked["since"], 0),
            until=midnight(asked["until"], 1),
            phrase=self._phrase(text) if text else None,
            oldest=asked["sort"] == "oldest",
        )

    def _phrase(self, text: str) -> Phrase:
        said = text.lower()
        acts = [value.removeprefix(ACT) for value, words in self._acts if said in words.lower()]
        return Phrase(text, selectors.people_called(text), tuple(acts))


def _form_of(scope: Scope) -> str:
    return scope.record.form if scope.record else ""


def _values(choices: Iterable[Choice]) -> Iterator[str]:
    for value, words in choices:
        if isinstance(words, str):
            yield value
        else:
            yield from (inner for inner, _ in words)


def midnight(day: date | None, after: int) -> datetime | None:
    """The beginning of a day of UTC, or of one so many days after it."""
    if day is None or day.year > 9998:
        return None
    return datetime.combine(day + timedelta(days=after), time.min, UTC)


class PeriodForm(forms.Form):
    """From one day to another, both included, days of UTC; empty is up to the page."""

    since = forms.DateField(label="From", required=False, widget=_calendar())
    until = forms.DateField(label="To", required=False, widget=_calendar())

    @property
    def days(self) -> dict[str, str]:
        """What was asked for, as it was typed."""
        return {name: self.data.get(name, "") for name in self.fields}

    @property
    def query(self) -> str:
        """The query string for the same days."""
        return urlencode(self.days)

    def further(self, place: Cursor | None) -> str:
        """The query string of the next page of lines; empty where there is none."""
        return urlencode({**self.days, "before": str(place)}) if place else ""


class ReviewForm(forms.Form):
    """What was reviewed of a trail, up to when, and what was found."""

    site = forms.CharField(max_length=5, required=False, widget=forms.HiddenInput())
    participant = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput())
    reviewed_from = forms.DateField(label="Reviewed from", required=False, widget=_calendar())
    reviewed_until = forms.DateField(label="Reviewed to", widget=_calendar())
    findings = forms.CharField(
        label="Findings",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you looked at and what you found; “nothing unusual” is a finding too.",
    )
