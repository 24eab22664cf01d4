"""Guards on words: the spelling of the house, and the words it does not use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.guards.tree import Finding, Source, Tree

# This package holds the very words it forbids.
_SET_ASIDE = "tests/guards/"
_STEMS = (
    "anonymi|apologi|authori|capitali|categori|centrali|characteri|customi|digiti|emphasi|finali|formali"
    "|generali|harmoni|hospitali|hypothesi|initiali|itemi|locali|materiali|maximi|memori|minimi|normali|optimi"
    "|organi|parametri|penali|prioriti|pseudonymi|randomi|reali|recogni|saniti|seriali|speciali|stabili"
    "|standardi|summari|synchroni|synthesi|tokeni|utili|visuali"
)
BRITISH = re.compile(
    rf"(?<![a-z])(un|re|de|non)?({_STEMS})s(e|ed|es|er|ers|ing|ation|ations|able)(?![a-z])",
    re.IGNORECASE,
)
PATIENT = re.compile(r"(?<![a-z])patients?(?![a-z])", re.IGNORECASE)


def british_spelling(tree: Tree) -> Iterator[Finding]:
    """-ise where the house spells -ize, in code, pages and documents."""
    for source in _ours(tree, ".py", ".html", ".js", ".css", ".md", ".toml", ".yml"):
        if not BRITISH.search(_apart(source.text)):
            continue
        for line, text in source.lines():
            for match in BRITISH.finditer(_apart(text)):
                yield source.found(line, match[0].lower(), "spelled -ise; the house spells -ize")


def forbidden_words(tree: Tree, quoted: tuple[str, ...] = ()) -> Iterator[Finding]:
    """The word "patient" in code and pages, apart from the phrases listed as quotations."""
    for source in _ours(tree, ".py", ".html", ".js", ".css"):
        text = source.text
        for phrase in quoted:
            text = text.replace(phrase, "\n" * phrase.count("\n"))
        for line, words in enumerate(text.splitlines(), start=1):
            if PATIENT.search(_apart(words)):
                yield source.found(line, "patient", "the house says participant")


def unused_quotations(tree: Tree, quoted: tuple[str, ...]) -> Iterator[str]:
    """Quotations that stand nowhere any more."""
    texts = [source.text for source in _ours(tree, ".py", ".html", ".js", ".css")]
    return (phrase for phrase in quoted if not any(phrase in text for text in texts))


def _ours(tree: Tree, *suffixes: str) -> Iterator[Source]:
    return (source for source in tree.files(*suffixes) if not source.path.startswith(_SET_ASIDE))


def _apart(text: str) -> str:
    """Snake and camel case taken apart, so that a word inside a name is seen."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ")
