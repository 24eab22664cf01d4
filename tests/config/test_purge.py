"""Nothing is destroyed before its time, nor by this program at all."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from randomization.models import Product
from tests.people import People
from tests.randomization.builders import infused, ready
from trial.models import Participant
from trial.retention import kept, years_after

SOURCES = ("Regulation (EC) No 1394/2007, Article 15(4)", "Regulation (EU) No 536/2014, Article 58")


@pytest.mark.requirement("R-016")
def test_purge_refuses_and_says_until_when_and_why(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    participant, product = ready(people)
    infused(participant, product, people)
    with pytest.raises(CommandError, match="Refused: the trial must be kept until"):
        call_command("purge")
    said = capsys.readouterr().out
    # The batch expired on 5 March 2026, a day after it was given.
    assert "until 5 Mar 2056 at least" in said
    assert all(source in said for source in SOURCES)
    assert product.batch not in said
    assert participant.code not in said
    assert (Product.objects.count(), Participant.objects.count()) == (1, 1)


@pytest.mark.parametrize("option", ["--anyway", "--yes", "--no-input"])
def test_there_is_no_way_around_it(option: str) -> None:
    with pytest.raises(CommandError, match="unrecognized arguments"):
        call_command("purge", option)


def test_the_periods_run_from_the_end_of_the_trial_and_the_last_use_of_a_batch() -> None:
    rules = kept(product_until=date(2026, 3, 5), products=True, trial_ended=date(2028, 2, 29))
    assert [one.until(date(2030, 1, 1)) for one in rules] == [date(2053, 3, 1), date(2056, 3, 5)]
    over = {
        date(2053, 3, 1): [False, False],
        date(2053, 3, 2): [True, False],
        date(2056, 3, 5): [True, False],
        date(2056, 3, 6): [True, True],
    }
    for day, gone in over.items():
        assert [one.may_go(day) for one in rules] == gone


def test_a_period_that_has_not_begun_never_ends() -> None:
    rules = kept(product_until=None, products=True, trial_ended=None)
    assert not any(one.may_go(date(9000, 1, 1)) for one in rules)
    assert kept(product_until=None, products=False, trial_ended=None)[-1].years == 25
    assert years_after(date(2024, 2, 29), 25) == date(2049, 3, 1)
