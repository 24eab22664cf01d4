"""What stands on a page of the trail besides its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.text import slugify

from accounts.models import User
from audit.entries import BadCursor, Cursor
from audit.errors import Refused
from monitoring.forms import ReviewForm, TrailFilter
from monitoring.scopes import Scope
from trial import access, protocol
from trial.access import Permission
from trial.models import Visit
from trial.presenters.crumbs import crumbs
from trial.presenters.grid import form_title

_NOT_ASKED = frozenset({"before", "as"})


@dataclass(frozen=True)
class TrailPage:
    """One trail: its title, the way back, its addresses."""

    user: User
    scope: Scope
    form: TrailFilter
    sent: QueryDict

    @property
    def of(self) -> str:
        """What it is the trail of; empty for the whole trial."""
        scope = self.scope
        if scope.participant is None:
            return str(scope.site) if scope.site else ""
        form = form_title(scope.record.form) if scope.record else ""
        visit = str(scope.visit) if scope.visit else ""
        return " · ".join(filter(None, (scope.participant.code, visit, form)))

    @property
    def crumbs(self) -> tuple[tuple[str, str], ...]:
        """The way back: the pages this is the trail of."""
        scope = self.scope
        if scope.participant is None:
            return (("Trail", reverse("trail")),) if scope.site else ()
        further: list[tuple[str, str]] = []
        if scope.visit is not None:
            further.append((str(scope.visit), reverse("visit", args=place_of(scope.visit))))
        if scope.visit is not None and scope.record is not None:
            form = scope.record.form
            address = reverse("record", args=[*place_of(scope.visit), form])
            further.append((form_title(form), address))
        return crumbs(scope.participant, *further)

    @property
    def wider(self) -> list[tuple[str, str]]:
        """The trails this one is part of, as far as they have pages."""
        scope, found = self.scope, []
        if scope.record is not None and scope.visit is not None:
            found.append((str(scope.visit), reverse("visit-trail", args=place_of(scope.visit))))
        if scope.visit is not None and scope.participant is not None:
            code = scope.participant.code
            found.append((code, reverse("participant-trail", args=[code])))
        if scope.participant is not None:
            site = scope.participant.site
            found.append((site.name, reverse("site-trail", args=[site.code])))
        return found

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.asked())

    @property
    def unfolded(self) -> bool:
        """Whether one of the filters that fold away is in use."""
        return bool(set(self.asked()) - {"words", "form", "field"})

    def asked(self) -> dict[str, str]:
        """What was asked for, as it was typed."""
        given = {name: self.form.data.get(name, "") for name in self.form.fields}
        return {name: value for name, value in given.items() if value}

    def about(self, at: datetime) -> dict[str, Any]:
        """What a file of it says of itself."""
        return {
            "trial": protocol.current().code,
            "trail": self.of or "the whole trial",
            "up_to": at.isoformat(),
            "by": str(self.user),
            "narrowed_to": self.asked(),
        }

    def file_name(self, shape: str) -> str:
        """The name of the file."""
        return f"trail-{slugify(self.of) or 'trial'}.{shape}"

    def further(self, place: Cursor | None) -> str:
        """The query string of the next page; empty where there is none."""
        return self._query(before=str(place)) if place else ""

    @property
    def as_csv(self) -> str:
        """The query string of the CSV file."""
        return self._query(**{"as": "csv"})

    @property
    def as_json(self) -> str:
        """The query string of the JSON file."""
        return self._query(**{"as": "json"})

    def _query(self, **more: str) -> str:
        query = self.sent.copy()
        for name in _NOT_ASKED:
            query.pop(name, None)
        for name, value in more.items():
            query[name] = value
        return query.urlencode()

    def review_form(self, at: datetime) -> ReviewForm | None:
        """The form that says this trail was reviewed; None where this person says no such thing."""
        scope = self.scope
        if not access.may(self.user, Permission.REVIEW_TRAIL, site=scope.place):
            return None
        return ReviewForm(
            initial={
                "participant": scope.participant.code if scope.participant else "",
                "site": scope.site.code if scope.site else "",
                "reviewed_from": self.form.data.get("since", ""),
                "reviewed_until": self.form.data.get("until") or at.date(),
            }
        )


def cursor_of(sent: QueryDict) -> Cursor | None:
    """The place in the trail that an address names; None at its start.

    Raises:
        Refused: what it names is no place.
    """
    try:
        place = sent.get("before")
        return Cursor.parse(place) if place else None
    except BadCursor as error:
        raise Refused(
            "There is no such place in the trail.", code="bad-place", status=400
        ) from error


def place_of(visit: Visit) -> tuple[str, str, int]:
    """The arguments of a visit's addresses."""
    return visit.participant.code, visit.code, visit.occurrence
