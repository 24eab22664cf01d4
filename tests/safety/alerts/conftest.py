"""A folder that mails go to, or a mail server, in place of what the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mailserver import Mailbox, MailServer


@pytest.fixture
def mails(settings: Any, tmp_path: Path) -> Path:
    """The folder of the embedded mode, empty."""
    settings.MAIL_HOST = ""
    settings.MAIL_FOLDER = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """What a mail server of this test takes; it can be told to refuse."""
    with MailServer() as server:
        settings.MAIL_HOST, settings.MAIL_PORT = "127.0.0.1", server.port
        settings.MAIL_TLS, settings.MAIL_USER = "no", ""
        yield server.box
