"""The tables a trail is read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from simple_history.utils import get_history_manager_for_model

from accounts.models import User
from audit.models import AuditedModel

# Counts the saves: it says nothing that the line itself does not.
_COUNTERS = frozenset({"version"})

Row = Mapping[str, Any]
Model = type[models.Model]


@dataclass(frozen=True)
class Source:
    """One table in the trail of one reader.

    ``allowed`` is asked of its history rows. ``about`` names what says which row it is, as paths
    from the history row (``record__visit__code``); it is the subject and not shown as fields.
    ``only`` leaves of the trail the versions that changed one of these fields, and nothing else
    of them; empty means every field.
    """

    model: Model
    allowed: Q = field(default_factory=Q)
    about: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()

    @property
    def past(self) -> Model:
        """The history table."""
        past: Model = get_history_manager_for_model(self.model).model
        return past

    @cached_property
    def participant_path(self) -> str:
        """The path to the participant's code; empty for rows of nobody in particular."""
        path: str = getattr(self.model, "participant_path", "")
        return {"": "", "self": "code"}.get(path, f"{path}__code")

    @cached_property
    def fields(self) -> tuple[models.Field[Any, Any], ...]:
        """What a person entered: neither place nor key, nor what is computed or drawn."""
        place = {path.split("__")[0] for path in (self.participant_path, *self.about)}
        kept = {one.name for one in self.past._meta.concrete_fields}
        return tuple(
            one
            for one in self.model._meta.concrete_fields
            if one.name in (self.only or kept) & kept - _COUNTERS
            and not one.primary_key
            and not one.generated
            and one.editable
            and not (one.name in place and (one.is_relation or one.name in self.about))
        )

    @property
    def condition(self) -> Q:
        """What the history rows of this source fulfil."""
        if not self.only:
            return self.allowed
        return self.allowed & Q(history_changed__overlap=[one.column for one in self.fields])


def audited_models() -> tuple[Model, ...]:
    """Every model with a history, in a fixed order."""
    found = [model for model in apps.get_models() if issubclass(model, AuditedModel)]
    return (User, *sorted(found, key=lambda model: model._meta.label))
