"""The whole project against the guards: what would rot in silence turns a test red.

An exception is listed here under `path::subject` with its reason. One that no longer excuses
anything fails as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.guards import conduct, delivery, documents, pages, shape, words
from tests.guards.tree import Finding, Tree

TREE = Tree(Path(__file__).resolve().parents[1])

# Files that a run makes and the repository need not hold.
GENERATED = ("docs/images/participant.png", "docs/traceability.md", "docs/codebook")

# Phrases that stand in titles of cited papers.
QUOTED = ()


# Tests that say aloud that they did not run, and why that may be.
MAY_NOT_RUN = {
    "tests/hermes_client/test_statisticians_page.py::test_r_reads_a_dataset_over_rest": "R is not "
    "on every machine; what the page says of REST is run by the client as well",
    "tests/exports/formats/test_readers.py::ask_r": "R is not on every machine; what read.R does, "
    "the reader in Python does as well",
}


def assert_clean(findings: Iterable[Finding], allowed: Mapping[str, str] | None = None) -> None:
    """Fail with every finding that is not allowed, and with every allowance nobody needs."""
    excuses = allowed or {}
    found = sorted(set(findings))
    left = [str(finding) for finding in found if finding.key not in excuses]
    idle = sorted(set(excuses) - {finding.key for finding in found})
    assert not left, "\n" + "\n".join(left)
    assert not idle, f"allowed, but not there any more: {idle}"


def test_it_has_views_that_write_nothing() -> None:
    assert_clean(conduct.writes_in_views(TREE))


def test_it_has_no_signal_receivers() -> None:
    assert_clean(conduct.signal_receivers(TREE))


def test_it_has_a_reason_beside_every_excuse() -> None:
    assert_clean(conduct.bare_excuses(TREE))


def test_it_has_no_unfinished_work_without_an_issue() -> None:
    assert_clean(conduct.unfinished_work(TREE))


def test_it_skips_no_test() -> None:
    assert_clean(conduct.skipped_tests(TREE), MAY_NOT_RUN)


def test_it_has_no_junk_drawers() -> None:
    assert_clean(shape.junk_drawers(TREE))


def test_it_has_no_class_on_more_than_two_bases() -> None:
    assert_clean(shape.base_towers(TREE))


def test_it_has_no_long_functions() -> None:
    assert_clean(shape.long_functions(TREE))


def test_it_has_no_long_files() -> None:
    assert_clean(shape.long_files(TREE))


def test_it_spells_ize() -> None:
    assert_clean(words.british_spelling(TREE))


def test_it_says_participant() -> None:
    assert_clean(words.forbidden_words(TREE, QUOTED))
    assert not list(words.unused_quotations(TREE, QUOTED))


@pytest.mark.requirement("R-074")
def test_it_loads_nothing_from_another_host() -> None:
    assert_clean(pages.outside_assets(TREE))


@pytest.mark.requirement("R-025")
def test_no_form_leaves_what_was_typed_to_the_browser() -> None:
    assert_clean(pages.remembered_forms(TREE))


def test_it_knows_every_package_in_the_import_contracts() -> None:
    assert_clean(delivery.uncontracted_packages(TREE))


def test_it_has_no_import_cycle_between_apps() -> None:
    assert delivery.cycles(delivery.app_imports(delivery.packages(TREE))) == set()


def test_it_has_no_import_cycle_between_modules() -> None:
    assert delivery.cycles(delivery.module_imports(delivery.packages(TREE))) == set()


def test_it_says_what_each_dependency_is_for() -> None:
    assert_clean(delivery.unexplained_dependencies(TREE))


def test_it_pins_every_version_with_hashes_and_names_no_host() -> None:
    assert_clean(delivery.loose_lock(TREE))
    assert_clean(delivery.unlocked_dependencies(TREE))


def test_it_runs_one_postgresql_everywhere() -> None:
    assert_clean(delivery.other_postgres(TREE))


def test_it_explains_every_environment_variable() -> None:
    assert_clean(delivery.unexplained_variables(TREE))


def test_it_has_documents_whose_links_lead_somewhere() -> None:
    assert_clean(documents.broken_links(TREE, GENERATED))


def test_it_has_documents_that_name_commands_that_exist() -> None:
    assert_clean(documents.unknown_commands(TREE))


def test_it_has_documents_that_name_files_that_exist() -> None:
    assert_clean(documents.unknown_paths(TREE, GENERATED))
