"""An HTTP relay between a command and a service: it lies, loses answers and tells, as tests want it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

Json = dict[str, Any]


class Relay:
    """Forwards everything to a service.

    Attributes:
        rewrite: Takes (method and path, answer) and gives the answer to serve.
        watch: Told of every request (method and path, `before` or `after` it was forwarded); where it gives
            True the connection closes then and there.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self.rewrite: Callable[[str, Json], Json] = lambda _, answer: answer
        self.watch: Callable[[str, str], bool] = lambda _request, _when: False
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                relay.forward(self)

            do_POST = do_GET  # noqa: N815 - the server looks for that name

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where to ask."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forward(self, handler: BaseHTTPRequestHandler) -> None:
        """Serve one request."""
        name = f"{handler.command} {handler.path.partition('?')[0]}"
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if self.watch(name, "before"):
            return
        headers = {
            key: value for key, value in handler.headers.items() if key.lower() not in ("host", "connection")
        }
        with httpx2.Client(base_url=self.target, trust_env=False, verify=False, timeout=90) as client:
            answer = client.request(handler.command, handler.path, content=body or None, headers=headers)
        if self.watch(name, "after"):
            return
        data = json.dumps(self.rewrite(name, answer.json())).encode() if answer.content else b""
        handler.send_response(answer.status_code)
        for key in ("Content-Type", "Retry-After"):
            if key in answer.headers:
                handler.send_header(key, answer.headers[key])
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
