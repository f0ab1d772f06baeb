"""Where a webhook may go, and what the other side can do to whoever sends it. Pure, on sockets of this machine."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from regulars.webhooks.addresses import Reach, checked, is_inside
from regulars.webhooks.errors import WrongAddress
from regulars.webhooks.posting import READ, SHOWN, post

HERE = Reach.read("127.0.0.0/8", plain_http=True)
NOWHERE = Reach()


def numbers(*texts: str) -> Callable[[str, int], list[Any]]:
    return lambda host, port: [ipaddress.ip_address(text) for text in texts]


@contextmanager
def speaking(say: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one connection that says what it wants, once it has heard the request."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65536)
                say(line)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::1", "2001:0:7f00:1::1",
    ],
)  # fmt: skip
def test_a_number_inside_is_known_in_each_of_its_forms(number: str) -> None:
    assert is_inside(ipaddress.ip_address(number))


@pytest.mark.parametrize("number", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_number_on_the_open_internet_is_let_through(number: str) -> None:
    assert not is_inside(ipaddress.ip_address(number))


@given(st.ip_addresses(v=4))
def test_what_carries_an_inner_number_is_inside_too(number: ipaddress.IPv4Address) -> None:
    if is_inside(number):
        assert is_inside(ipaddress.ip_address(f"::ffff:{number}"))
        assert is_inside(ipaddress.IPv6Address(0x2002 << 112 | int(number) << 80 | 1))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://shop.example/", "scheme"),
        ("ftp://shop.example/", "scheme"),
        ("https://", "form"),
        ("https://a b/", "form"),
        ("https://shop.example:0/", "form"),
        ("https://shop.example:99999/", "form"),
        ("https://ada@shop.example/", "form"),
        ("https://shop.example/#x", "form"),
        ("https://127.1/", "form"),
        ("https://0x7f000001/", "form"),
        ("https://[fe80::1%25eth0]/", "form"),
        ("https://[::1]/", "inside"),
        ("https://169.254.169.254/latest/meta-data", "inside"),
        ("https://shop.example\\@10.0.0.1/", "form"),
        ("https://shöp.example/", "form"),
        ("https://shop.example/" + "x" * 500, "form"),
        ("https://shop.example/\r\nHost: x", "form"),
    ],
)
def test_an_address_of_the_wrong_form_is_refused(address: str, why: str) -> None:
    with pytest.raises(WrongAddress) as refused:
        checked(address, NOWHERE)
    assert refused.value.facts["why"] == why


def test_what_a_setting_allows_is_reached_and_nothing_beside_it() -> None:
    reach = Reach.read("10.1.0.0/16", plain_http=True)
    assert checked("http://10.1.2.3/", reach).hostname == "10.1.2.3"
    assert checked("http://[::ffff:10.1.2.3]/", reach)
    with pytest.raises(WrongAddress):
        checked("http://10.2.0.1/", reach)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1"]])
def test_a_name_that_stands_for_a_number_inside_is_not_reached(found: list[str]) -> None:
    answered = post("https://shop.example/", b"{}", {}, reach=NOWHERE, look_up=numbers(*found))
    assert (answered.status, answered.problem) == (None, "inside")


def test_the_name_is_asked_once_and_the_connection_goes_to_the_number_that_was_checked() -> None:
    asked: list[str] = []

    def changing(host: str, port: int) -> list[Any]:
        asked.append(host)
        return [ipaddress.ip_address("127.0.0.1")] if len(asked) == 1 else [ipaddress.ip_address("127.0.0.2")]

    with speaking(lambda line: line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")) as port:
        answered = post(f"http://shop.example:{port}/", b"{}", {}, reach=HERE, look_up=changing)
    assert (answered.status, answered.taken, asked) == (204, True, ["shop.example"])


def test_the_next_number_is_tried_where_one_does_not_answer() -> None:
    with speaking(lambda line: line.sendall(b"HTTP/1.1 200 OK\r\n\r\nyes")) as port:
        found = numbers("127.0.0.77", "127.0.0.1")
        answered = post(f"http://shop.example:{port}/", b"{}", {}, reach=HERE, look_up=found)
    assert (answered.status, answered.answer) == (200, "yes")


@pytest.mark.parametrize(
    ("said", "status", "problem"),
    [
        (b"", None, "unreadable"),
        (b"SSH-2.0-OpenSSH\r\n", None, "unreadable"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 200, ""),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", None, "unreadable"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * (READ * 2) + b"\r\n\r\n", 200, ""),  # enough was read
        (b"HTTP/1.1 301 Moved\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n", 301, ""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, ""),
    ],
)
def test_whatever_is_answered_is_an_answer_or_a_problem(said: bytes, status: int | None, problem: str) -> None:
    def say(line: socket.socket) -> None:
        try:
            line.sendall(said)
        except OSError:
            return  # it read enough

    with speaking(say) as port:
        answered = post(f"http://127.0.0.1:{port}/", b"{}", {}, reach=HERE)
    assert (answered.status, answered.problem) == (status, problem)


def test_only_the_beginning_of_an_answer_is_kept_and_only_what_can_be_printed() -> None:
    head = b"HTTP/1.1 500 Oops\r\nContent-Length: 100000\r\nRetry-After: 120\r\n\r\n"
    with speaking(lambda line: line.sendall(head + "\x1b[31mnö\n".encode() + b"x" * 20_000)) as port:
        answered = post(f"http://127.0.0.1:{port}/", b"{}", {}, reach=HERE)
    assert answered.answer.startswith(" [31mnö x")
    assert len(answered.answer) == SHOWN
    assert answered.retry_after == 120


def test_one_that_drips_is_left_after_a_while() -> None:
    def drip(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            try:
                line.sendall(b"X: y\r\n")
            except OSError:
                return
            time.sleep(0.02)

    with speaking(drip) as port:
        answered = post(f"http://127.0.0.1:{port}/", b"{}", {}, reach=HERE, seconds=0.3)
    assert (answered.status, answered.problem) == (None, "timeout")


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate: tuple[str, str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    trust = ssl.create_default_context(cafile=certificate[0])
    reach = Reach.read("127.0.0.1", plain_http=False)
    for trusted, outcome in ((None, (None, "untrusted")), (trust, (200, ""))):
        with secure(context) as port:
            answered = post(
                f"https://shop.example:{port}/", b"{}", {}, reach=reach, look_up=numbers("127.0.0.1"), trust=trusted
            )
        assert (answered.status, answered.problem) == outcome
    with secure(context) as port:
        other = post(f"https://x.example:{port}/", b"{}", {}, reach=reach, look_up=numbers("127.0.0.1"), trust=trust)
    assert other.problem == "untrusted"  # of another name


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """Of shop.example, signed by itself: the files of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")


@contextmanager
def secure(context: ssl.SSLContext) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            try:
                with context.wrap_socket(line, server_side=True) as secured:
                    secured.recv(65536)
                    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                return  # it was not trusted

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_nobody_there_is_said_so() -> None:
    def unknown(host: str, port: int) -> list[Any]:
        raise socket.gaierror

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert post(f"http://127.0.0.1:{port}/", b"{}", {}, reach=HERE).problem == "unreachable"
    assert post("https://shop.example/", b"{}", {}, reach=NOWHERE, look_up=unknown).problem == "unresolved"
