"""The two ways out: a mail server, or a folder where mails can be looked at."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from django.conf import settings

TIMEOUT = 20.0  # seconds, for each answer of the server
_FOR_GOOD = range(500, 600)


class NotNowError(Exception):
    """The mail did not go out and may later; the text is a word or a code, never the server's own.

    ``doubtful``: the mail was handed over and the answer never came, so it may have gone out.
    """

    def __init__(self, word: str, *, doubtful: bool = False) -> None:
        super().__init__(word)
        self.doubtful = doubtful


class RefusedError(Exception):
    """The server will never take a mail for this address."""


class Transport(Protocol):
    """Hands one mail over."""

    def hand_over(self, message: EmailMessage, begin: Callable[[], bool]) -> bool:
        """Send it; whether it went.

        ``begin`` is asked at the last moment at which it is sure that nothing has gone out; when
        it says no, nothing is sent.

        Raises:
            NotNowError, RefusedError: as they say.
        """


class Folder:
    """One file for each message, named by its id: the same message twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hand_over(self, message: EmailMessage, begin: Callable[[], bool]) -> bool:
        """Write the file whole or not at all."""
        if not begin():
            return False
        name = str(message["Message-ID"]).strip("<>")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self.folder / f".{name}.{os.getpid()}"
            draft.write_bytes(message.as_bytes())
            draft.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise NotNowError(type(error).__name__) from error
        return True


class Server:
    """An SMTP server; TLS as HERMES_MAIL_TLS says."""

    def hand_over(self, message: EmailMessage, begin: Callable[[], bool]) -> bool:
        """Everything up to the text is settled before ``begin``: what can fail has then failed."""
        begun = False
        server: smtplib.SMTP | None = None
        try:
            server = _connected()
            _accepted(*server.mail(str(message["From"])), ours=True)
            _accepted(*server.rcpt(str(message["To"])), ours=False)
            begun = begin()
            if begun:
                _accepted(*server.data(message.as_bytes()), ours=False)
        except smtplib.SMTPResponseException as error:
            # An answer is an answer: whatever it says, the mail was not taken.
            raise NotNowError(f"SMTP {error.smtp_code}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotNowError(type(error).__name__, doubtful=begun) from error
        finally:
            _leave(server)
        return begun


def _connected() -> smtplib.SMTP:
    """A server that knows us; one that cannot be reached or refuses us is left."""
    host, port, tls = settings.MAIL_HOST, settings.MAIL_PORT, settings.MAIL_TLS
    trusted = ssl.create_default_context()
    server: smtplib.SMTP = (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
        if tls == "tls"
        else smtplib.SMTP(host, port, timeout=TIMEOUT)
    )
    try:
        if tls == "starttls":
            server.starttls(context=trusted)
        if settings.MAIL_USER:
            server.login(settings.MAIL_USER, settings.MAIL_PASSWORD)
        server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException):
        _leave(server)
        raise
    return server


def _leave(server: smtplib.SMTP | None) -> None:
    """Say goodbye. What comes of that changes nothing: a mail that was taken stays taken."""
    if server is not None:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _accepted(code: int, _words: bytes, *, ours: bool) -> None:
    """Raises RefusedError when the server refuses the recipient or the text for good; a refused
    sender (``ours``) is a mistake of the settings, put right one day."""
    if code in _FOR_GOOD and not ours:
        raise RefusedError(f"SMTP {code}")
    if not 200 <= code < 300:
        raise NotNowError(f"SMTP {code}")


def transport() -> Transport:
    """The way out that the settings name."""
    return Server() if settings.MAIL_HOST else Folder(settings.MAIL_FOLDER)
