"""A small OpenID Connect server that speaks as ProConnect does: what it says of people is a signed token."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET = "diginor", "secret-of-the-test"


class IdentityServer:
    """Answers for one person at a time; `claims` is what it says of them, `tampering` what it does wrong."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.tampering: dict[str, Any] = {}
        self.as_json = False
        self._pending: dict[str, dict[str, str]] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> "IdentityServer":
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def settings(self) -> dict[str, Any]:
        """SOCIALACCOUNT_PROVIDERS as the settings build it."""
        app = {
            "provider_id": "proconnect",
            "name": "ProConnect",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": self.url, "token_auth_method": "client_secret_post"},
        }
        return {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "SCOPE": ["openid", "given_name", "usual_name", "email"],
                "APPS": [app],
            }
        }

    def accept(self, url: str) -> str:
        """Play the person who signs in there: read the address one was sent to, return where one comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert len(asked["nonce"]) >= 32
        code = f"code-{len(self._pending)}"
        self._pending[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def configuration(self) -> dict[str, Any]:
        """What the server says of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        """Its public key."""
        key = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Exchange a code, once, for whoever knows the secret and the verifier."""
        asked = self._pending.pop(form.get("code", ""), None)
        if asked is None or form.get("client_secret") != CLIENT_SECRET:
            return None
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(proof).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        nonce = self.tampering.get("nonce", asked["nonce"])
        identity = self.sign({"sub": self.claims["sub"], "nonce": nonce}, self.tampering.get("key", self.key))
        return {"access_token": "access", "token_type": "Bearer", "id_token": identity, "expires_in": 60}

    def sign(self, claims: dict[str, Any], key: Any = None) -> str:
        """A token of this server."""
        now = int(time.time())
        issuer, audience = self.tampering.get("iss", self.url), self.tampering.get("aud", CLIENT_ID)
        body = {"iss": issuer, "aud": audience, "iat": now, "exp": now + 60, **claims}
        return jwt.encode(body, key or self.key, algorithm="RS256", headers={"kid": "one"})

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages = {"/.well-known/openid-configuration": server.configuration, "/jwks": server.keys}
                if self.path == "/userinfo":
                    if server.as_json:
                        self.answer(json.dumps(server.claims), "application/json")
                    else:
                        self.answer(server.sign(server.claims), "application/jwt")
                else:
                    self.answer(json.dumps(pages[self.path]()), "application/json")

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
                answer = server.token({name: values[0] for name, values in parse_qs(raw).items()})
                status = 200 if answer else 400
                self.answer(json.dumps(answer or {"error": "invalid_grant"}), "application/json", status)

            def answer(self, text: str, kind: str, status: int = 200) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args: Any) -> None:
                """Stay quiet."""

        return Handler
