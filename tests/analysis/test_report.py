"""The report: every output names its cut, and the same cut gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from analysis.consort import flow_table
from analysis.cut import read_cut
from analysis.model_tables import joint_tests_table
from analysis.output import report_files
from analysis.report import build_document, results
from analysis.sections import flow
from analysis.study import Study, analyse
from analysis.tables import Table, fixed, guarded, to_csv, to_html
from tests.analysis.conftest import PLAIN, Written, contents
from tests.analysis.cut_builder import BARE, Tables, write_cut

ROOT = Path(__file__).resolve().parents[2]
Files = dict[str, bytes]
pytestmark = pytest.mark.requirement("R-064", "R-065")


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_it_names_the_cut_in_every_table(study: Study, report: Files) -> None:
    tables = [name for name in report if name.endswith(".csv")]
    assert len(tables) >= 20
    for name in tables:
        rows = rows_of(report[name])
        assert rows, name
        for row in rows:
            assert row["cut"] == "CUT-0001"
            assert row["as_of"] == "2029-12-31T00:00:00Z"
            assert row["manifest_sha256"] == study.manifest.sha256
            assert row["simulated"] == "1"


def test_it_names_the_cut_in_every_figure(study: Study, report: Files) -> None:
    figures = [name for name in report if name.endswith(".svg")]
    assert len(figures) == 19
    for name in figures:
        words = report[name].decode()
        assert ">SIMULATED</text>" in words, name
        assert f"manifest {study.manifest.sha256}</text>" in words, name
        assert "CUT-0001 · as of 2029-12-31T00:00:00Z" in words, name


def test_it_names_the_cut_in_the_page_and_the_results(study: Study, report: Files) -> None:
    page, results = report["report.html"].decode(), json.loads(report["results.json"])

    assert study.manifest.sha256 in page
    assert "SIMULATED DATA" in page
    assert results["cut"]["manifest_sha256"] == study.manifest.sha256
    assert results["cut"]["id"] == "CUT-0001"


def test_it_draws_no_banner_on_real_data(tmp_path: Path, tables: Tables) -> None:
    files = report_files(
        analyse(read_cut(write_cut(tmp_path, tables, simulated=False, protocol=BARE)))
    )

    assert not [name for name, content in files.items() if b"SIMULATED" in content]


def test_it_writes_the_same_bytes_in_another_process(
    light_folder: Path, light_report: Written, tmp_path: Path
) -> None:
    again = tmp_path / "out"
    command: list[str | Path] = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "analysis",
        "report",
        light_folder,
        again,
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}

    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    report, written = light_report.files(), contents(again)
    assert written.keys() == report.keys()
    assert [name for name in report if written[name] != report[name]] == []


def test_it_finds_the_same_in_rows_of_another_order(
    study: Study, tmp_path: Path, tables: Tables
) -> None:
    for rows in tables.values():
        rows.reverse()
    reordered = analyse(read_cut(write_cut(tmp_path, tables)), PLAIN)

    assert flow_table(reordered.flow) == flow_table(study.flow)
    assert joint_tests_table(reordered.fits) == joint_tests_table(study.fits)
    assert reordered.tallies == study.tallies


def test_it_dates_nothing_but_the_cut(report: Files) -> None:
    for name, content in report.items():
        if name != "report.html":
            dates = set(re.findall(rb"\b20\d\d-\d\d-\d\d", content))
            assert dates <= {b"2029-12-31"}, name


def test_it_draws_well_formed_figures_that_load_nothing(report: Files) -> None:
    for name, content in report.items():
        if name.endswith(".svg"):
            root = ET.fromstring(content)  # noqa: S314 - we wrote it ourselves a moment ago
            assert root.tag.endswith("svg")
            links = re.findall(rb'href="([^"#][^"]*)"', content)
            assert links == [], name


class Page(HTMLParser):
    """What a page holds: captions, tables, images without words, and addresses it would load."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.silent_images = 0
        self.loads: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag not in {"meta", "img"}:
            self.open.append(tag)
        if tag == "img":
            self.silent_images += not found.get("alt")
            self.loads.append((found.get("src") or "")[:26])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_makes_one_sound_page(report: Files) -> None:
    page = Page(report["report.html"])

    assert page.open == []
    assert page.tags.count("caption") == page.tags.count("table") > 14
    assert page.silent_images == 0
    assert page.loads == []
    assert page.tags.count("svg") == page.tags.count("figure") == 19
    assert {"script", "img", "link", "iframe", "object"}.isdisjoint(page.tags)


def test_it_has_headings_in_order_and_names_every_section(report: Files) -> None:
    page = report["report.html"].decode()
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(re.search(f'<h[23][^>]*id="{key}"', page)
               for key in re.findall(r'aria-labelledby="([a-z-]+-head)"', page))  # fmt: skip
    contents = page[page.index("<nav") : page.index("</nav>")]
    for place in re.findall(r'<(?:section id|h3 id)="([^"]+)"', page):
        assert f'href="#{place}"' in contents, place


def test_it_gives_every_place_one_name(report: Files) -> None:
    ids = re.findall(r' id="([^"]+)"', report["report.html"].decode())

    assert len(ids) == len(set(ids))
    for name, content in report.items():
        if name.endswith(".csv"):
            head = next(csv.reader(io.StringIO(content.decode())))
            assert len(head) == len(set(head)), name


def test_its_figures_have_words_for_those_who_cannot_see_them(report: Files) -> None:
    for name, content in report.items():
        if name.endswith(".svg"):
            words = re.search(r"<title>(.+?)</title><desc>(.+?)</desc>", content.decode())
            assert words, name
            assert len(words[2]) > 40, name


def test_it_gives_machines_every_table_cell_for_cell(report: Files) -> None:
    told = json.loads(report["results.json"])["tables"]

    assert {f"tables/{name}.csv" for name in told} == {n for n in report if n.endswith(".csv")}
    for name, table in told.items():
        rows = list(csv.reader(io.StringIO(report[f"tables/{name}.csv"].decode())))
        assert rows[0][:-4] == table["columns"]
        blank = ["none"] + [""] * (len(table["columns"]) - 1)
        shown = [list(map(guarded, row)) for row in table["rows"]] or [blank]
        assert [row[:-4] for row in rows[1:]] == shown, name


def test_its_methods_say_what_was_run(report: Files, study: Study) -> None:
    page = report["report.html"].decode()
    methods = page[page.index('id="methods-head"') :]

    for fit in study.fits:
        assert fit.design is not None
        assert (
            f"{fit.outcome.label}, {fit.analysis_set.title.lower()}: {len(fit.design.people)} "
            f"participants, {len(fit.design.y)} readings after baseline; fit {fit.state}."
        ) in methods
    for one in study.alternatives:
        if one.test is None:
            assert f"covariance {one.covariance}: {one.word}" in methods
    assert f"numpy {version('numpy')}" in methods
    assert "Intention to treat: randomized participants by the arm" in methods
    assert "Biometrika 1936;28:437-442." in methods


def test_two_sections_cannot_tell_the_same_number(study: Study) -> None:
    document = build_document(study, (flow.section, flow.section))

    with pytest.raises(ValueError, match="flow is told already"):
        results(study, document)


def test_it_links_only_to_files_and_places_it_has(report: Files) -> None:
    text = report["report.html"].decode()
    places = {f"#{place}" for place in re.findall(r'id="([^"]*)"', text)}
    links = re.findall(r'href="([^"]*)"', text)

    assert links
    assert set(links) <= places | report.keys()


def test_it_lists_the_hash_of_every_other_file(report: Files) -> None:
    listed = {
        entry["file"]: entry["sha256"] for entry in json.loads(report["results.json"])["files"]
    }

    others = {name: content for name, content in report.items() if name != "results.json"}
    assert listed == {name: hashlib.sha256(c).hexdigest() for name, c in others.items()}


def test_it_gives_the_numbers_to_machines(report: Files) -> None:
    results = json.loads(report["results.json"])

    assert results["flow"]["enrolled"] == 31
    assert [branch["n"] for branch in results["flow"]["branches"]] == [20, 11]
    assert results["feasibility"][0]["exact_95_ci"] == [0.563386, 0.942666]
    events = {
        (row["horizon"], row["group"]): row["events"]
        for row in results["adverse_events"]["as_treated"]
    }
    assert list(events.values()) == [10, 12, 16, 24]
    assert {model["outcome"] for model in results["models"]} == {
        "nihss",
        "motor_nihss",
        "barthel",
        "mrs",
        "motor_fma",
        "mi4p",
    }
    assert all(model["fitted"] for model in results["models"])


def test_it_gives_machines_both_methods_and_the_adjusted_p(report: Files) -> None:
    for model in json.loads(report["results.json"])["models"]:
        assert model["p_holm"] >= model["tests"][-1]["p"]
        assert len(model["cooks_distance"]) == model["participants"]
        for one in (*model["coefficients"], *model["differences"]):
            assert one["kenward_roger"]["se"] >= 0.999 * one["se"]
            assert one["low"] < one["estimate"] < one["high"]
            assert 10 < one["df"] < model["readings"]
        names = [test["name"] for test in model["tests"]]
        assert names == ["baseline", "group", "visit", "group:visit", "group and group:visit"]


def test_it_draws_what_each_fit_leaves_over(report: Files) -> None:
    for code in ("nihss", "motor_nihss", "barthel", "mrs", "motor_fma", "mi4p"):
        words = report[f"figures/diagnostics_{code}.svg"].decode()
        assert ">As treated</text>" in words
        assert ">Intention to treat</text>" in words
        assert re.search(r">GRE-0\d\d</text>", words)


def test_it_names_its_methods_in_the_page(report: Files) -> None:
    page = report["report.html"].decode()

    for name in ("Satterthwaite", "Kenward and Roger", "Fai and Cornelius", "Hedges", "Holm"):
        assert name in page
    assert "Wald z" not in page


def test_it_says_the_same_in_table_and_page(report: Files) -> None:
    page = report["report.html"].decode()
    for row in rows_of(report["tables/model_differences.csv"]):
        assert f">{row['Difference']}</td>" in page
        assert f">{row['95 % CI low']}</td>" in page


def test_it_escapes_what_the_cut_says(tmp_path: Path, tables: Tables) -> None:
    tables["screening.csv"][-1]["reason"] = "<script>alert(1)</script>"
    tables["screening.csv"][-2]["reason"] = "'=HYPERLINK(1)"
    facts = {"made_by": "A & <b>B</b>", "cut": 'C"UT};body{x:y'}
    folder = write_cut(tmp_path, tables, **facts, protocol=BARE)

    files = report_files(analyse(read_cut(folder)))

    page = files["report.html"].decode()
    assert "<script>" not in page
    assert "A &amp; &lt;b&gt;B&lt;/b&gt;" in page
    style = page[page.index("<style>") : page.index("</style>")]
    assert "body{x:y" not in style
    ET.fromstring(files["figures/consort.svg"])  # noqa: S314 - we wrote it ourselves a moment ago
    names = [row["Participants"] for row in rows_of(files["tables/consort.csv"])]
    assert "Other: =HYPERLINK(1)" in names


@pytest.mark.parametrize("cell", ["=1+1", "+33", "@x", "-", "\tx", "''=1"])
def test_it_guards_what_a_spreadsheet_would_compute(cell: str, study: Study) -> None:
    if cell == "+33":
        assert guarded("-1.5") == "-1.5"
    assert guarded(cell) == f"'{cell}"


def test_it_writes_a_row_even_without_rows(study: Study) -> None:
    empty = Table("empty", "Nothing", ("What", "n"), ())

    assert rows_of(to_csv(empty, study.manifest))[0]["What"] == "none"
    assert '<td colspan="2">none</td>' in to_html(empty)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0.625, 2, "0.63"),
        (-0.004, 2, "0.00"),
        (2.5, 0, "3"),
        (-1.005, 2, "-1.01"),
        (None, 1, "–"),
        (float("nan"), 1, "–"),
        (1e21, 1, "1000000000000000000000.0"),
    ],
)
def test_it_formats_numbers_one_way(value: float | None, decimals: int, shown: str) -> None:
    assert fixed(value, decimals) == shown


def test_it_names_the_newest_seal_of_the_trail_where_the_cut_does(
    tmp_path: Path, tables: Tables
) -> None:
    seal = {"number": 7, "hash": "ab" * 32}
    folder = write_cut(tmp_path, tables, protocol=BARE, seal=seal)
    page = report_files(analyse(read_cut(folder)), paper=False)["report.html"].decode()
    assert f"7:{'ab' * 32}" in page


def test_it_says_so_where_the_cut_names_no_seal(report: Files) -> None:
    assert "none named by this cut" in report["report.html"].decode()
