"""Somebody at a desk, talking to a served ledger over HTTP: what the trials of load share."""

import http.client
import json
import re
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.pages import Form

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class Sheet(Form):
    """The form of a page as it came over the wire."""

    def __init__(self, html: str, address: str, mark: str = "data-record"):
        self.source = html
        response = _Page(html.encode(), {"PATH_INFO": address, "QUERY_STRING": ""})
        super().__init__(response, mark)

    def filled(self, **typed: object) -> list[tuple[str, str]]:
        """Every field as a browser would send it."""
        pairs = []
        for name, value in (self.data | typed).items():
            values = value if isinstance(value, list) else [value]
            pairs += [(name, str(each)) for each in values]
        return pairs


@dataclass(frozen=True)
class _Page:
    content: bytes
    request: dict[str, str]


@dataclass
class Answer:
    status: int
    text: str
    location: str = ""


def multipart(pairs: list[tuple[str, str]], files: list[tuple[str, str, bytes]]):
    """Body and type of a form with files: field, name of the file, content."""
    edge = uuid.uuid4().hex
    parts = []
    for name, value in pairs:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(f"{head}{value}\r\n".encode())
    for name, file, content in files:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n")
    parts.append(f"--{edge}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={edge}"


@dataclass
class Desk:
    """One browser with its cookies; it may turn to another node at any moment."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 60.0

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        """One request on a connection of its own."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": "zh-CN",
        }
        if kind:
            headers["Content-Type"] = kind
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            line.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _equals, rest = value.partition("=")
                kept = rest.partition(";")[0]
                if kept in {"", '""'} or "Max-Age=0" in rest:
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = kept
        return Answer(answer.status, text, answer.getheader("Location", ""))

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, pairs: list[tuple[str, str]], files=()) -> Answer:
        if files:
            body, kind = multipart(pairs, list(files))
        else:
            body, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return self.ask("POST", path, body, kind)

    def log_in(self, name: str, password: str) -> Answer:
        page = self.get("/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        pairs = [("username", name), ("password", password), ("csrfmiddlewaretoken", token)]
        return self.post("/login/", pairs)

    def meeting_form(self) -> Sheet:
        """The form of a new meeting as the page proposes it."""
        address = "/meetings/new/"
        page = self.get(address)
        if page.status != 200:
            raise RuntimeError(f"{address}: {page.status}")
        return Sheet(page.text, address)

    def record(self, form: Sheet, title: str, *, file: bytes | None = PDF) -> Answer:
        """Send the form with a title and, if given, the minutes as a file."""
        files = [] if file is None else [("minutes", f"{title}.pdf", file)]
        return self.post(form.address, form.filled(title=title), files)


def loaded(text: str) -> dict[str, object]:
    """The last line of what a program printed, as JSON."""
    return json.loads(text.strip().splitlines()[-1])
