"""What the backbone must know of each instrument: its entry in the registry of forms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.apps import apps

from outcomes.fields import InstrumentAnswers
from outcomes.forms import instrument_form
from outcomes.scales import INSTRUMENTS
from outcomes.scales.base import CheckContext as ScaleContext
from outcomes.scales.base import Finding, Instrument, Scale
from outcomes.wording import label_of, words_of
from trial import registry
from trial.registry import AnswerMap, CheckContext, Curve, FormSpec


def register_instruments() -> None:
    """Add every instrument that has a table to the registry."""
    models: dict[str, type[InstrumentAnswers]] = {
        model.instrument.code: model
        for model in apps.get_app_config("outcomes").get_models()
        if issubclass(model, InstrumentAnswers)
    }
    for instrument in INSTRUMENTS.values():
        registry.register(form_spec(instrument, models[instrument.code]))


def form_spec(instrument: Instrument, model: type[InstrumentAnswers]) -> FormSpec:
    """The registry's view of one instrument."""
    columns = tuple(column.name for column in instrument.columns())
    return FormSpec(
        code=instrument.code,
        title=instrument.title,
        short=instrument.short,
        version=instrument.version,
        model=model,
        columns=columns,
        labels={name: label_of(instrument, name) for name in columns},
        scores={column.name: column.label for column in instrument.score_columns()},
        score=instrument.score,
        check=partial(_check, instrument),
        missing=instrument.missing,
        form=instrument_form(instrument),
        words=partial(words_of, instrument),
        curves=_curves(instrument),
        items={
            item.name: tuple(column.name for column in item.columns()) for item in instrument.items
        },
    )


def _check(instrument: Instrument, answers: AnswerMap, context: CheckContext) -> Sequence[Finding]:
    return instrument.check(
        answers,
        ScaleContext(
            assessed_on=context.assessed_on,
            died_on=context.died_on,
            inclusion=context.inclusion,
            previous=context.previous,
        ),
    )


def _curves(instrument: Instrument) -> tuple[Curve, ...]:
    if not isinstance(instrument, Scale):
        return ()
    return tuple(
        Curve(column.name, column.label, *instrument.range_of(column.name), instrument.better)
        for column in instrument.score_columns()
        if column.name in instrument.drawn
    )
