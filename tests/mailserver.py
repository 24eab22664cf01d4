"""A small mail server for tests: it speaks SMTP on a port of this machine and keeps what it takes.

It can refuse, answer with a code of the test's choice, or fall silent at a place of the
conversation until it is released.
"""

from __future__ import annotations

import email
import socketserver
import threading
from collections import Counter
from dataclasses import dataclass, field
from email.message import Message
from types import TracebackType
from typing import Self

PATIENCE = 60.0  # seconds; a test that takes longer has failed


@dataclass
class Mailbox:
    """What was taken, and how the server behaves: ``codes`` by verb, ``silent_at`` one verb."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    silent_at: str = ""
    answers: bool = False
    heard: list[str] = field(default_factory=list)
    stuck: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def messages(self) -> list[Message]:
        """Everything taken, copies included."""
        return [email.message_from_bytes(content) for _, content in self.taken]

    def copies(self) -> Counter[tuple[str, str]]:
        """How often each message came, by recipient and Message-ID."""
        return Counter(
            (to, str(email.message_from_bytes(content)["Message-ID"])) for to, content in self.taken
        )

    def silent(self, verb: str, *, answers: bool = False) -> None:
        """Say nothing once ``verb`` is heard; "DOT" is the end of the text.

        Once released the conversation is broken off, or goes on where it ``answers``.
        """
        self.answers = answers
        self.stuck.clear()
        self.released.clear()
        self.silent_at = verb

    def release(self) -> None:
        """Go on, and speak from now on."""
        self.silent_at = ""
        self.released.set()


class _Conversation(socketserver.StreamRequestHandler):
    """One client."""

    def handle(self) -> None:
        assert isinstance(self.server, _Listening)
        box = self.server.box
        recipient = ""
        self._say(box.codes.get("CONNECT", "220 mail.example.org"))
        while line := self.rfile.readline():
            verb = line.split(b":")[0].split()[0].decode().upper() if line.strip() else ""
            box.heard.append(verb)
            answer = box.codes.get(verb, "354 go on" if verb == "DATA" else "250 fine")
            if verb == "RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            if self._falls_silent(box, verb):
                return
            self._say("221 bye" if verb == "QUIT" else answer)
            if verb == "DATA" and answer.startswith("354") and not self._text(box, recipient):
                return
            if verb == "QUIT" or answer.startswith("421"):
                return

    def _text(self, box: Mailbox, recipient: str) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if not line:
            return False
        answer = box.codes.get("DOT", "250 taken")
        if answer.startswith("250"):
            box.taken.append((recipient, b"".join(lines)))
        if self._falls_silent(box, "DOT"):
            return False
        self._say(answer)
        return True

    def _falls_silent(self, box: Mailbox, verb: str) -> bool:
        if box.silent_at != verb:
            return False
        box.stuck.set()
        box.released.wait(PATIENCE)
        return not box.answers

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Listening(socketserver.ThreadingTCPServer):
    box: Mailbox
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed breaks off; nothing to print."""


class MailServer:
    """The server: ``with MailServer() as server``; stopped and started again it keeps its port."""

    def __init__(self) -> None:
        self.box = Mailbox()
        self.port = 0
        self._server: _Listening | None = None

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = _Listening(("127.0.0.1", self.port), _Conversation)
        self._server.box = self.box
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self.box.release()
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
