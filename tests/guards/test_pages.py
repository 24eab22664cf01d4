"""The guard on what a page loads bites."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guards.pages import outside_assets, remembered_forms
from tests.guards.project import lines, project


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<script src='//cdn.example/x.js' defer></script>",
        '<link rel="stylesheet" href="http://cdn.example/x.css">',
        '<img {% if a > b %}alt="x"{% endif %} src="https://a.example/b.png">',
        '<form method="post" action="https://a.example/">',
        '<div style="background: url(https://a.example/b.png)">',
        "<style>@import '//a.example/b.css';</style>",
        "<script>fetch('https://a.example/')</script>",
    ],
)
def test_it_finds_another_host_in_a_template(tmp_path: Path, markup: str) -> None:
    page = f"{{% load static %}}\n<p>\n{markup}\n"

    assert lines(outside_assets(project(tmp_path, {"templates/a.html": page}))) == [3]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="{% static "x.js" %}"></script>',
        '<a href="https://a.example/">a link is not loaded</a>',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#mark"/></svg>',
        '<img src="{{ figure.url }}">',
        "<p>// url(https://a.example/) in plain text</p>",
    ],
)
def test_it_leaves_our_own_and_plain_links(tmp_path: Path, markup: str) -> None:
    assert lines(outside_assets(project(tmp_path, {"templates/a.html": markup}))) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("static/a.css", "a { background: url('https://a.example/b.png') }"),
        ("static/a.css", '@import "//a.example/b.css";'),
        ("static/a.js", 'import x from "https://a.example/b.js";'),
        ("static/a.js", "new WebSocket(`wss://a.example/`);"),
    ],
)
def test_it_finds_another_host_in_an_asset(tmp_path: Path, path: str, line: str) -> None:
    assert lines(outside_assets(project(tmp_path, {path: f"\n{line}\n"}))) == [2]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("static/a.css", "a { background: url('/static/b.png') } /* // */"),
        ("static/a.js", 'document.createElementNS("http://www.w3.org/2000/svg", "g"); // "x"'),
    ],
)
def test_it_leaves_local_assets(tmp_path: Path, path: str, line: str) -> None:
    assert lines(outside_assets(project(tmp_path, {path: line}))) == []


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<form method="post" class="sheet" data-record>', [1]),
        ('<form method="post" autocomplete="off" data-record>', []),
        ('<form method="get">', []),
    ],
)
def test_it_finds_a_form_whose_words_the_browser_keeps(
    tmp_path: Path, markup: str, found: list[int]
) -> None:
    assert lines(remembered_forms(project(tmp_path, {"templates/a.html": markup}))) == found
