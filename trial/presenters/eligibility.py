"""The eligibility page: each criterion with its answer, and where the whole stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.urls import reverse

from accounts.models import User
from trial import access, protocol, registry, selectors
from trial.access import Permission
from trial.forms.eligibility import EligibilityForm
from trial.locks import covering
from trial.models import Participant, Signature
from trial.presenters.crumbs import crumbs
from trial.protocol import Criterion, Facts

KINDS = (
    ("inclusion", "Inclusion criteria", "Every answer must be yes."),
    ("exclusion", "Exclusion criteria", "Every answer must be no."),
)

EXCLUDES = "the saved answer excludes"


@dataclass(frozen=True)
class Basis:
    """A fact in words; while it is missing, ``href`` leads to the form that gives it."""

    words: str
    href: str = ""


@dataclass(frozen=True)
class Line:
    """One criterion. ``item`` draws it where a person answers; ``basis`` holds the facts where
    the system does. ``excludes`` marks an answer an eligible person does not have."""

    criterion: Criterion
    met: bool | None
    basis: tuple[Basis, ...]
    item: dict[str, Any] | None
    excludes: bool

    @property
    def answer(self) -> str:
        """The answer in a word, a dash while there is none."""
        return {None: "—", True: "Yes", False: "No"}[self.met]


@dataclass(frozen=True)
class Section:
    """The criteria of one kind."""

    title: str
    wanted: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """All criteria and where they stand; what this reader may do is for their site."""

    sections: tuple[Section, ...]
    signature: Signature | None
    may_answer: bool
    may_sign: bool

    @property
    def lines(self) -> list[Line]:
        """All criteria."""
        return [line for section in self.sections for line in section.lines]

    @property
    def answered(self) -> int:
        """How many criteria have an answer."""
        return len(self.lines) - len(self.open)

    @property
    def open(self) -> list[Line]:
        """The criteria without an answer."""
        return [line for line in self.lines if line.met is None]

    @property
    def waiting(self) -> list[Basis]:
        """The forms the system waits for, each once."""
        found = (basis for line in self.open for basis in line.basis if basis.href)
        return list(dict.fromkeys(found))

    @property
    def excluding(self) -> list[Line]:
        """The criteria with an answer that an eligible person does not have."""
        return [line for line in self.lines if line.excludes]

    @property
    def eligible(self) -> bool:
        """Whether every criterion is as wanted."""
        return not self.open and not self.excluding

    @property
    def state(self) -> str:
        """The state as components/state.html shapes it."""
        if self.signature is not None:
            return "signed"
        return "complete" if not self.open else "draft"


def answered(participant: Participant) -> dict[str, bool]:
    """The saved answers by criterion."""
    return {row.criterion: row.met for row in participant.criteria.all()}


def saved_words(count: int) -> str:
    """What a save did, in words."""
    if not count:
        return "Nothing has changed."
    return f"{count} answer{'' if count == 1 else 's'} saved."


def page(participant: Participant, form: EligibilityForm, user: User) -> dict[str, Any]:
    """The page with the criteria."""
    return {
        "participant": participant,
        "crumbs": crumbs(participant),
        "title": f"Eligibility of {participant.code}",
        "address": "",
        "sheet": sheet(participant, form, user),
        "meaning": dict(Signature.MEANINGS)["eligibility"],
    }


def signing(participant: Participant, user: User) -> dict[str, Any]:
    """The page with the signature: what it covers, and what will be true."""
    meaning = dict(Signature.MEANINGS)["eligibility"]
    address = reverse("eligibility", args=[participant.code])
    return {
        "participant": participant,
        "crumbs": crumbs(participant, ("Eligibility", address)),
        "address": address,
        "title": f"Sign the eligibility of {participant.code}",
        "question": f"Sign for {participant.code}?",
        "sheet": sheet(participant, EligibilityForm(saved=answered(participant)), user),
        "meaning": meaning,
        "seen": selectors.eligibility_digest(participant),
        "truths": (
            f"You, {user.full_name}, have signed: \u201c{meaning}\u201d",
            "A change of an answer voids the signature: somebody has to sign again.",
        ),
    }


def sheet(participant: Participant, form: EligibilityForm, user: User) -> Sheet:
    """The page for one reader; whoever may not answer gets the answers as text."""
    may_answer = covering(participant=participant) is None and access.may(
        user, Permission.ENTER_DATA, site=participant.site
    )
    now = selectors.eligibility_of(participant)
    lines = [
        _line(criterion, met, _basis(criterion, now.facts, participant), form, may_answer)
        for criterion, met, _ in now.criteria
    ]
    return Sheet(
        sections=tuple(
            Section(title, wanted, tuple(line for line in lines if line.criterion.kind == kind))
            for kind, title, wanted in KINDS
        ),
        signature=selectors.eligibility_signature(participant, now),
        may_answer=may_answer,
        may_sign=access.may(user, Permission.SIGN, site=participant.site),
    )


def _line(
    criterion: Criterion,
    met: bool | None,
    basis: Iterator[Basis],
    form: EligibilityForm,
    may_answer: bool,
) -> Line:
    excludes = met is not None and met != criterion.wanted
    item = None
    if criterion.computed is None:
        item = {
            **form.item(criterion.code),
            "readonly": not may_answer,
            "hint": EXCLUDES if excludes else "",
        }
    return Line(criterion, met, tuple(basis), item, excludes)


class _Read(Mapping[str, object]):
    """Scores that remember which of them were asked for."""

    def __init__(self, scores: Mapping[str, object]) -> None:
        self.scores, self.asked = scores, dict[str, object]()

    def __getitem__(self, name: str) -> object:
        self.asked[name] = self.scores.get(name)
        return self.scores[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scores)

    def __len__(self) -> int:
        return len(self.scores)


class _Watched(Facts):
    """Facts that remember which of them were asked for."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in {"site", "sex", "age", "days_from_index"}:
            super().__getattribute__("scores").asked[name] = value
        return value


def _basis(criterion: Criterion, facts: Facts, participant: Participant) -> Iterator[Basis]:
    """The facts a computed criterion reads, in words, found by watching it read them."""
    if criterion.computed is None:
        return
    scores = _Read(facts.scores)
    given = {field.name: getattr(facts, field.name) for field in fields(Facts)}
    criterion.computed(_Watched(**{**given, "scores": scores}))
    for name, value in scores.asked.items():
        yield _score(name, value, participant) if "." in name else Basis(_fact(name, value))


def _fact(name: str, value: object) -> str:
    if name == "age":
        return "no consent yet" if value is None else f"{value} years at consent"
    if name == "days_from_index":
        event = protocol.current().index_event
        return "no consent yet" if value is None else f"{value} days from {event} to consent"
    return f"{name}: {value}"


def _score(name: str, value: object, participant: Participant) -> Basis:
    form, column = name.split(".", 1)
    spec, visit = registry.form(form), protocol.current().baseline.code
    label = spec.scores.get(column) or spec.labels.get(column) or column
    if value is None:
        address = reverse("record", args=[participant.code, visit, 1, form])
        return Basis(f"{spec.short} at {visit} is not complete", address)
    said = label if spec.short.lower() in label.lower() else f"{spec.short}, {label}"
    return Basis(f"{said} at {visit}: {value}")
