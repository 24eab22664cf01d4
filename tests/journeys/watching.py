"""What a person at the screen would not see: errors in the console, requests to elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

from config.supervisor import HOST

_LOCAL = {"data", "blob", "about"}


class Watch:
    """Listens to one browser window from its first request on."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._written)
        context.on("weberror", self._failed)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in _LOCAL and parts.hostname != HOST:
            self.faults.append(f"asked another host: {request.url}")

    def _answered(self, response: Response) -> None:
        # A page that is refused is judged by whoever opened it; what belongs to a page never is.
        page = response.request.is_navigation_request()
        if response.status >= (500 if page else 400):
            self.faults.append(f"{response.status} for {response.url}")

    def _written(self, message: ConsoleMessage) -> None:
        # Statuses are judged above; everything else, a violated CSP too, is a fault.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text} at {message.location}")

    def _failed(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")
