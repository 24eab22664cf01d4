"""The component gallery shows every component, and each draws without a missing argument."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.people import People

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "components"
FILES = {f"components/{file.name}" for file in FOLDER.glob("*.html")}


@pytest.fixture
def page(people: People, client: Client) -> set[str]:
    """The names of the templates the gallery was drawn with."""
    client.force_login(people.ines)
    answer = client.get("/components/")
    assert answer.status_code == 200
    return {str(template.name) for template in answer.templates}


def test_it_shows_every_component(page: set[str]) -> None:
    assert page >= FILES, f"not in the gallery: {sorted(FILES - page)}"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.html")), ids=lambda file: file.stem)
def test_it_says_what_each_component_takes(file: Path) -> None:
    head = file.read_text(encoding="utf-8").split("{% endcomment %}")[0]
    assert file.stem == "gallery" or "{% comment %}" in head


def test_it_names_every_state_in_words(people: People, client: Client) -> None:
    client.force_login(people.ines)
    text = client.get("/components/").content.decode()
    for words in ("Late", "Not done", "Outside window", "Query open"):
        assert words in text
