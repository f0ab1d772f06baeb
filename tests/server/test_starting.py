"""What is checked before anything starts, and what the parts of the tree do when they die."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from regulars.server.errors import AlreadyRunning, WrongOption
from regulars.server.place import Place
from regulars.server.running import lock
from regulars.server.running.options import Asked, Listening, check
from regulars.server.running.parts import Program

HEAVY = {"ibis", "duckdb", "sklearn", "pandas", "scipy", "pyarrow", "splink", "vl_convert", "numpy"}


@pytest.mark.parametrize(
    ("what", "listening"),
    [
        ("loopback", Listening()),
        ("loopback by name", Listening("localhost")),
        ("loopback, new numbers", Listening("::1")),
        ("a proxy ends TLS", Listening("0.0.0.0", behind_proxy=True)),
        ("told so", Listening("0.0.0.0", plain=True)),
    ],
)
def test_these_may_listen(what: str, listening: Listening) -> None:
    assert refused(listening) == "", what


def refused(listening: Listening) -> str:
    try:
        check(listening)
    except WrongOption as wrong:
        return str(wrong)
    return ""


@pytest.mark.parametrize(
    ("told", "listening"),
    [
        ("--tls-cert", Listening("0.0.0.0")),
        ("in the clear", Listening("crm.shop.example")),
        ("go together", Listening(tls_cert=Path("a"))),
        ("not there", Listening(tls_cert=Path("/no/cert"), tls_key=Path("/no/key"))),
        ("1 to 65535", Listening(port=70_000)),
    ],
)
def test_these_may_not_and_hear_why(told: str, listening: Listening) -> None:
    with pytest.raises(WrongOption, match=told):
        check(listening)


def made_certificate(folder: Path, *, traditional: bool = False) -> tuple[Path, Path]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=36500))
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return cert, secret


def test_a_key_of_the_older_form_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    cert, key = made_certificate(tmp_path, traditional=True)
    with pytest.raises(WrongOption, match="openssl pkcs8 -topk8"):
        check(Listening(tls_cert=cert, tls_key=key))


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    cert, _ = made_certificate(tmp_path)
    _, key = made_certificate(tmp_path / "other")
    with pytest.raises(WrongOption, match="belong together"):
        check(Listening(tls_cert=cert, tls_key=key))


def test_the_address_is_as_a_person_types_it() -> None:
    assert Listening().address == "http://127.0.0.1:8000"
    assert Listening("0.0.0.0", 9000, plain=True).address == "http://127.0.0.1:9000"
    assert (
        Listening(tls_cert=Path("c"), tls_key=Path("k"), names=("crm.example",)).address == "https://crm.example:8000"
    )
    assert Listening(behind_proxy=True, names=("crm.example",)).address == "https://crm.example"


def test_the_parts_are_told_which_names_they_answer_to(tmp_path: Path) -> None:
    asked = Asked(Place(tmp_path), Listening(names=("crm.example",), behind_proxy=True))
    known = asked.environment()
    assert known["REGULARS_HOSTS"].split(",")[:2] == ["crm.example", "127.0.0.1"]
    assert (known["REGULARS_PROXY"], known["REGULARS_TLS"]) == ("1", "0")
    # A worker that starts later must not end the link that the web part has printed.
    assert (known["REGULARS_LINK"], Asked(Place(tmp_path), None).environment()["REGULARS_LINK"]) == ("1", "0")


def test_the_lock_is_let_go_with_its_holder(tmp_path: Path) -> None:
    program = f"from pathlib import Path; from regulars.server.running import lock; lock.hold(Path({str(tmp_path)!r}))"
    holder = subprocess.Popen(
        [sys.executable, "-c", f"{program}; import time; print(1, flush=True); time.sleep(60)"], stdout=-1
    )
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(AlreadyRunning, match=str(holder.pid)):
        lock.hold(tmp_path)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    os.close(lock.hold(tmp_path))


def test_a_part_that_keeps_dying_is_started_later_and_later() -> None:
    program = Program("web", "nothing", [], {}, grace=1)
    waits = []
    for _ in range(8):
        program.started = time.monotonic()
        waits.append(program.note_death())
    assert waits == [0, 1, 2, 4, 8, 16, 30, 30]
    program.started = time.monotonic() - 100
    assert program.note_death() == 0


def test_a_part_that_does_not_stop_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    (tmp_path / "stubborn.py").write_text(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
        f"open({str(tmp_path / 'ready')!r}, 'w')\n"
        "time.sleep(60)\n"
    )
    program = Program("stubborn", "stubborn", [], {"PYTHONPATH": str(tmp_path)}, grace=0.2)
    program.start()
    while not (tmp_path / "ready").exists():
        time.sleep(0.02)
    program.ask(signal.SIGTERM)
    program.wait_end(time.monotonic() + 0.3, threading.Event())
    assert program.ended() == -signal.SIGKILL
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        shown = Path(f"/proc/{child}/stat")
        if not shown.exists() or shown.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.02)
    pytest.fail("the child of the part is still there")


def test_a_part_whose_parent_died_before_it_could_look_ends_too() -> None:
    program = (
        "from regulars.server.running.lifeline import follow_parent as f; import time; f(pause=0.05); time.sleep(60)"
    )
    gone = subprocess.Popen(["true"])
    gone.wait()
    orphan = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "REGULARS_PARENT": str(gone.pid)}, timeout=20
    )
    assert orphan.returncode == -signal.SIGTERM


def test_who_asks_twice_is_in_a_hurry() -> None:
    hurry = threading.Event()
    hurry.set()
    program = Program("slow", "asyncio.__main__", [], {}, grace=60)
    program.process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    program.wait_end(time.monotonic() + 60, hurry)  # who waits for its grace sees it end by itself, with status 0
    assert program.ended() == -signal.SIGKILL


def test_a_part_ends_when_the_process_above_it_is_gone() -> None:
    inner = (
        "from regulars.server.running.lifeline import follow_parent as f; f(pause=0.05); import time; time.sleep(60)"
    )
    outer = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {inner!r}])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    above = subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True)
    assert above.stdout
    number = int(above.stdout.readline())
    time.sleep(0.7)
    above.kill()
    above.wait()
    above.stdout.close()
    for _ in range(200):
        shown = Path(f"/proc/{number}/stat")
        if not shown.exists() or shown.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the part outlived the process above it")


@pytest.mark.slow
def test_neither_the_web_part_nor_the_worker_ever_loads_what_is_heavy(tmp_path: Path) -> None:
    known = {**os.environ, "REGULARS_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    routes = """
import django, sys
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
from regulars.server import wsgi
for path in ("/healthz", "/login", "/api/v1/openapi.json", "/api/v1/reference", "/static/server/regulars.css"):
    client.get(path, HTTP_HOST="localhost")
print(" ".join(sorted({name.split(".")[0] for name in sys.modules})))
"""
    done = subprocess.run([sys.executable, "-c", routes], capture_output=True, text=True, env=known)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "django" in loaded
    assert loaded & HEAVY == set()


def test_the_supervisor_stays_small() -> None:
    ask = "import regulars.server.running.supervisor, sys; print(' '.join({n.split('.')[0] for n in sys.modules}))"
    loaded = set(subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split())
    assert loaded & (HEAVY | {"django", "granian", "procrastinate", "psycopg"}) == set()
