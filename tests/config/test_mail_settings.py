"""Where mails go: said before anything runs, and shown where they stay."""

from __future__ import annotations

from typing import Any

import pytest

from config import settings as ours
from config.checks import check_mail
from config.settings import MissingSettingError


@pytest.mark.requirement("R-053")
def test_production_does_not_start_without_a_mail_server(settings: Any) -> None:
    settings.MAIL_HOST = ""
    settings.HERMES_ENVIRONMENT = "production"
    (error,) = check_mail()
    assert error.id == "hermes.E005"
    settings.MAIL_HOST = "mail.example.org"
    assert check_mail() == []


@pytest.mark.parametrize("environment", ["simulated", "training"])
def test_elsewhere_a_mail_is_a_file_to_look_at(settings: Any, environment: str) -> None:
    settings.MAIL_HOST = ""
    settings.HERMES_ENVIRONMENT = environment
    assert check_mail() == []
    assert settings.MAIL_FOLDER.name == "mail"


def test_a_setting_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERMES_MAIL_TLS", "perhaps")
    with pytest.raises(MissingSettingError, match="starttls, tls, no"):
        ours.one_of("HERMES_MAIL_TLS", ("starttls", "tls", "no"))
    monkeypatch.setenv("HERMES_MAIL_PORT", "70000")
    with pytest.raises(MissingSettingError, match="1 to 65535"):
        ours.port("HERMES_MAIL_PORT", 25)
