"""One cut like the demo's and both packs of it, made once for every test that only reads them."""

from __future__ import annotations

import pytest

from analysis.cut import read_cut
from exports.packs.figures import pack
from exports.packs.figures.pack import Pack
from tests.exports.packs.made_cut import SETTING, pack_cut
from tests.exports.packs.reading import Files


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of the cut."""
    return Files(pack_cut(tmp_path_factory.mktemp("packs") / "cut"))


@pytest.fixture(scope="session")
def opened(files: Files) -> Pack:
    """Its open pack."""
    return pack.open_pack(read_cut(files.folder), SETTING, [])


@pytest.fixture(scope="session")
def closed(files: Files) -> Pack:
    """Its closed pack, masked."""
    return pack.closed_pack(read_cut(files.folder), SETTING, masked=True)
