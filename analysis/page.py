"""The report as one HTML file: readable on screen, complete on paper, nothing fetched from afar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path

from analysis.document import (
    SIMULATED,
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Section,
    place_of,
)
from analysis.figures import Drawing
from analysis.manifest import Manifest
from analysis.tables import Table, to_html

CSS = Path(__file__).with_name("report.css")
PAPER = "report.pdf"


def to_page(document: Document) -> bytes:
    """The report as HTML."""
    manifest, numbers = document.manifest, document.numbered()
    told = [*([SIMULATED] if manifest.simulated else []), *document.warnings]
    banner = "".join(f'<p class="banner">{escape(words)}</p>' for words in told)
    sections = "".join(_section(section, numbers) for section in document.sections)
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title>\n"
        f"<style>{CSS.read_text('utf-8')}{_sheets(manifest)}</style></head><body>\n"
        f'<a class="skip" href="#main">To the report</a>{_running(manifest)}'
        f"<header>{banner}<h1>{escape(document.title)}</h1>{_facts(document)}</header>\n"
        f'{_contents(document)}<main id="main">{_main_results(document)}{sections}'
        f"{_index(document, numbers)}</main></body></html>\n"
    )
    return page.encode("utf-8")


def _sheets(manifest: Manifest) -> str:
    """Head and foot on paper: cut, seal and page on every sheet, and SIMULATED where it is."""
    foot = f"{manifest.cut} · as of {manifest.as_of} · manifest {manifest.sha256}"
    seal = f"Newest seal of the trail {manifest.seal or 'none named by this cut'}"
    head = f"{manifest.protocol.code}: statistical report"
    mark = f"@top-right {{ content: {_text(SIMULATED)}; }}" if manifest.simulated else ""
    return (
        f"@page {{ size: A4; margin: 18mm 14mm 20mm; @top-left {{ content: {_text(head)}; }} {mark}"
        f" @bottom-left {{ content: {_text(foot)} {chr(34)}\\a {chr(34)} {_text(seal)}; width: 90%;"
        ' white-space: pre; } @bottom-right { content: counter(page) " / " counter(pages);'
        " width: 10%; } }"
    )


def _text(words: str) -> str:
    """The words as a string of CSS; whatever could end it is written by its number."""
    safe = "".join(c if c.isalnum() or c in " ·:.-" else f"\\{ord(c):x} " for c in words)
    return f'"{safe}"'


def _running(manifest: Manifest) -> str:
    """The line at the head of the screen; the sheets of paper have their own."""
    mark = "<strong>SIMULATED</strong> · " if manifest.simulated else ""
    return f'<p class="running">{mark}{escape(manifest.protocol.code)} · {escape(manifest.cut)}</p>'


def _facts(document: Document) -> str:
    rows = "".join(
        f"<dt>{escape(term)}</dt><dd>{escape(value)}</dd>" for term, value in document.origin
    )
    return f'<dl class="origin">{rows}</dl>'


def _contents(document: Document) -> str:
    """Every section, with the headings in it."""
    items = [('<li><a href="#main-results">Main results</a>', ())] + [
        (f'<li><a href="#{escape(section.key)}">{escape(section.title)}</a>', _headings(section))
        for section in document.sections
    ]
    body = "".join(f"{head}{_links(inside)}</li>" for head, inside in items)
    last = '<li><a href="#index">Tables and figures</a></li>'
    return (
        '<nav aria-labelledby="contents"><h2 id="contents">Contents</h2>'
        f'<ul>{body}{last}</ul><p><a href="{PAPER}">This report as PDF/A</a> · '
        '<a href="results.json">its numbers for machines</a></p></nav>\n'
    )


def _headings(section: Section) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.text) for one in section.blocks if isinstance(one, Heading))


def _links(found: Iterable[tuple[str, str]]) -> str:
    inside = "".join(f'<li><a href="#{escape(k)}">{escape(text)}</a></li>' for k, text in found)
    return f"<ul>{inside}</ul>" if inside else ""


def _main_results(document: Document) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in document.main_results)
    return (
        f'<section id="main-results" class="key"><h2>Main results</h2><ul>{lines}</ul></section>\n'
    )


def _section(section: Section, numbers: Mapping[str, str]) -> str:
    body = "".join(_block(block, numbers) for block in section.blocks)
    key = escape(section.key)
    return (
        f'<section id="{key}" aria-labelledby="{key}-head">'
        f'<h2 id="{key}-head">{escape(section.title)}</h2>\n{body}</section>\n'
    )


def _block(block: Block, numbers: Mapping[str, str]) -> str:
    if isinstance(block, Heading):
        return f'<h3 id="{escape(block.key)}">{escape(block.text)}</h3>\n'
    if isinstance(block, Paragraph):
        kind = ' class="remark"' if block.remark else ""
        return f"<p{kind}>{escape(block.text)}</p>\n"
    if isinstance(block, Bullets):
        items = "".join(f"<li>{escape(item)}</li>" for item in block.items)
        return f"<ul>{items}</ul>\n" if items else ""
    if isinstance(block, Table):
        named = replace(block, caption=f"{numbers[place_of(block)]}. {block.caption}")
        return to_html(named, file=f"tables/{block.name}.csv")
    return _figure(block, numbers[place_of(block)])


def _figure(drawing: Drawing, number: str) -> str:
    """The figure inside the page, its text to be searched and read; the file beside it."""
    name = escape(drawing.name)
    return (
        f'<figure id="figure-{name}"><div class="drawing">{_inline(drawing)}</div>'
        f"<figcaption><strong>{number}. {escape(drawing.title)}.</strong> "
        f'{escape(drawing.description)} <a href="figures/{name}.svg">SVG</a></figcaption>'
        "</figure>\n"
    )


def _inline(drawing: Drawing) -> str:
    """The SVG without what only a file of its own needs."""
    svg = drawing.svg.decode()
    body = svg[svg.index("<svg") :]
    return re.sub(r"\s*<metadata>.*?</metadata>", "", body, count=1, flags=re.DOTALL)


def _index(document: Document, numbers: Mapping[str, str]) -> str:
    tables = [
        (place_of(one), f"{numbers[place_of(one)]}. {one.caption}") for one in document.tables
    ]
    figures = [
        (place_of(one), f"{numbers[place_of(one)]}. {one.title}") for one in document.figures
    ]
    return (
        '<section id="index" aria-labelledby="index-head"><h2 id="index-head">Tables and figures'
        f"</h2>{_links(tables)}{_links(figures)}</section>\n"
    )
