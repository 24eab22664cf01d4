"""The codebook of the forms: it ..."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from outcomes.codebook import FOLDER, page, pages
from outcomes.scales import INSTRUMENTS
from outcomes.scales.base import Instrument

EACH_FORM = pytest.mark.parametrize("form", INSTRUMENTS.values(), ids=lambda form: form.code)


@EACH_FORM
@pytest.mark.requirement("R-061")
def test_it_explains_every_column_value_score_and_rule(form: Instrument) -> None:
    text = page(form)
    for column in (*form.columns(), *form.score_columns()):
        (line,) = [line for line in text.splitlines() if line.startswith(f"| `{column.name}` |")]
        assert column.label in line
        assert all(f"`{value}` {label}" in line for value, label in column.values)
    for rule in form.rules:
        assert f"| {rule.code} |" in text
    assert form.citation in text
    assert form.licence in text


def test_it_lists_every_form() -> None:
    for form in INSTRUMENTS.values():
        assert f"[{form.title}]({form.code}.md)" in pages()["README.md"]


def test_it_says_how_numbers_dates_texts_and_marks_are_written() -> None:
    assert "25.0 to 44.0 °C, 1 decimals" in page(INSTRUMENTS["vitals"])
    assert "date, YYYY-MM-DD" in page(INSTRUMENTS["lesion"])
    assert "text, at most 80 characters" in page(INSTRUMENTS["demographics"])
    assert "`territory` == other" in page(INSTRUMENTS["demographics"])
    assert "| `ataxia_untestable` |  | Limb ataxia: untestable | `1` yes, `0` no |" in page(
        INSTRUMENTS["nihss"]
    )


def test_it_writes_what_is_missing_and_removes_what_is_no_form(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    call_command("codebook", root=tmp_path, verbosity=0)
    (folder / "nihss.md").write_text("an edit by hand", encoding="utf-8")
    (folder / "old.md").write_text("a form of long ago", encoding="utf-8")
    with pytest.raises(CommandError, match=r"nihss\.md, old\.md"):
        call_command("codebook", root=tmp_path, check=True)
    assert (folder / "old.md").exists()
    call_command("codebook", root=tmp_path)
    assert {path.name for path in folder.iterdir()} == set(pages())
    call_command("codebook", root=tmp_path, check=True)
