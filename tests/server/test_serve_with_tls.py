"""TLS ended by the server itself, and ended by a proxy before it."""

import http.client
import ssl
from pathlib import Path

import pytest
from tests.server.installation import installation
from tests.server.test_starting import made_certificate

pytestmark = pytest.mark.slow


def test_with_a_certificate_only_tls_is_spoken_and_cookies_are_for_it_alone(tmp_path: Path) -> None:
    cert, key = made_certificate(tmp_path)
    with installation() as one:
        one.start("--web", "--tls-cert", str(cert), "--tls-key", str(key), "--name", "localhost")
        assert f"https://localhost:{one.port}/first/" in one.said()
        trusting = ssl.create_default_context(cafile=str(cert))
        trusting.check_hostname = False
        asking = http.client.HTTPSConnection("localhost", one.port, context=trusting, timeout=20)
        asking.request("GET", one.link())
        answer = asking.getresponse()
        assert answer.status == 200
        cookies = answer.getheader("set-cookie") or ""
        assert "csrftoken=" in cookies
        assert "Secure" in cookies
        asking.close()
        assert one.status("/healthz") == 0  # without TLS nobody answers
        assert one.stop() == 0
        one.launch("--web", "--behind-proxy", "--name", "crm.example")
        one.wait(lambda: "https://crm.example/first/" in one.said(), "no address of the proxy")
        head = {"Host": "crm.example", "X_Forwarded_Proto": "https", "X_Forwarded_For": "203.0.113.9"}
        told = one.ask("/login", **head)  # type: ignore[arg-type]
        assert told.status == 200
        assert "Secure" in told.headers["set-cookie"]
        assert one.ask("/login", Host="other.example").status == 400
        assert one.ask("/metrics").status == 403
