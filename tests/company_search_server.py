"""A server on this machine that speaks the JSON of the State's company search, and can be slow, broken or down."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def company(siret: str, **facts: Any) -> dict[str, Any]:
    """One result as the service gives it; facts of the establishment are named with `place_`."""
    place = {
        "siret": siret,
        "activite_principale": "62.01Z",
        "commune": "50218",
        "libelle_commune": "GRANVILLE",
        "code_postal": "50400",
        "date_creation": "2016-01-04",
        "etat_administratif": "A",
        "tranche_effectif_salarie": "03",
    }
    place |= {name.removeprefix("place_"): value for name, value in facts.items() if name.startswith("place_")}
    result = {
        "siren": siret[:9],
        "nom_complet": "ATELIER DU BOCAGE (ADB)",
        "nom_raison_sociale": "ATELIER DU BOCAGE",
        "nature_juridique": "5710",
        "tranche_effectif_salarie": "11",
        "date_creation": "2015-03-12",
        "etat_administratif": "A",
        "activite_principale": "62.02A",
        "siege": {**place, "siret": siret[:9] + "99999", "commune": "14118"},
        "matching_etablissements": [place],
    }
    return result | {name: value for name, value in facts.items() if not name.startswith("place_")}


class CompanySearch:
    """The service; `mode` says how it answers: ok, slow, dripping, error, broken, list or moved."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.companies: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            """Answers one question."""

            def do_GET(self) -> None:
                """Search."""
                service.answer(self)

            def log_message(self, *args: Any) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def add(self, siret: str, **facts: Any) -> None:
        """Know a company."""
        self.companies[siret] = company(siret, **facts)

    def stop(self) -> None:
        """Stop listening: whoever connects is refused."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer as the mode says."""
        address = urlsplit(handler.path)
        asked = parse_qs(address.query).get("q", [""])[0]
        self.asked.append(asked)
        found = [self.companies[asked]] if asked in self.companies else []
        body = json.dumps({"results": found, "total_results": len(found), "page": 1, "per_page": 1}).encode()
        status = {"error": 500, "moved": 302}.get(self.mode, 200 if address.path == "/search" else 404)
        body = {"broken": b'{"results": [{"siren"', "list": b"[1, 2]"}.get(self.mode, body)
        if self.mode == "slow":
            time.sleep(3)
        try:
            handler.send_response(status)
            if self.mode == "moved":
                handler.send_header("Location", f"{self.url}/search?q={asked}")
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            for byte in body if self.mode == "dripping" else [body]:
                handler.wfile.write(bytes([byte]) if isinstance(byte, int) else byte)
                if self.mode == "dripping":
                    time.sleep(0.3)
        except OSError:
            # The one who asked has left.
            return
