"""Personalised mail into a mail server on the loopback: the job of sending beside bare smtplib with the ready texts.

python -m benchmarks.bench_sending --messages 5000

A database of its own with the settings of every installation, members with sealed names and addresses and a yes to
mail, and a campaign's messages that the gate has released. The job is the worker's own: it takes what is due, asks the
gate once more, opens names and addresses, reads balances, writes subject, plain part and page, hands each mail over one
connection and notes each before the next. Then smtplib sends the very same mails again, made before, over one
connection to the same server, which is a process of its own and takes everything.
"""

import argparse
import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from benchmarks.bench_members import _cluster, _let_go, _throw_away
from benchmarks.measuring import ROOT

SHOP: Final = UUID(int=1)
AT: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
SAID: Final[dict[str, Any]] = {
    "email": {
        "en": {
            "subject": "{{ member.first_name }}, tulips are here",
            "text": "Dear {{ member.first_name }},\n\nyou have {{ balances.points | default: 0 }} points."
            " {% if values.code %}Your code: {{ values.code }}{% endif %}\n\n{{ organisation.name }}",
            "html": '<table width="100%"><tr><td style="padding: 8px; color: #00694a"><h1>Dear {{ member.first_name }}'
            "</h1><p>you have {{ balances.points | default: 0 }} points.</p><p>Your code: {{ values.code }}</p>"
            '<p><a href="{{ links.pages }}">Your page</a></p></td></tr></table>',
        }
    }
}
Figure = dict[str, object]


@contextmanager
def sink() -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.mail_sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process
    finally:
        process.terminate()
        process.wait()


def taken(process: "subprocess.Popen[str]") -> int:
    """How many letters the server has so far."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("count\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def fill(messages: int) -> None:
    """Members, their yes, and released messages, all through the rooms' own verbs."""
    from regulars.journal.moves import Actor
    from regulars.members.moves import Asked, NewIdentifier, NewMember
    from regulars.members.services.consents import publish, tell
    from regulars.members.services.people import enrol
    from regulars.outreach.moves import NewMessage, NewTemplate
    from regulars.outreach.services.messages import ask
    from regulars.outreach.services.policies import save_policy
    from regulars.outreach.services.templates import save

    actor = Actor.job("bench")
    save_policy(SHOP, {"quiet": [], "caps": [{"most": 1, "days": 1}]}, actor=actor, at=AT)
    save(NewTemplate(SHOP, "spring", "Spring", SAID), actor=actor, at=AT)
    words = publish(organisation=SHOP, purpose="marketing", language="en", version="1", text="Yes?", actor=actor, at=AT)
    for begin in range(0, messages, 500):
        wanted = [
            NewMember(
                SHOP,
                "till",
                AT,
                facts={"given_name": f"Ann{n}", "family_name": "Lee"},
                identifiers=[NewIdentifier("email", f"member{n}@example.com", "")],
                region="DE",
            )
            for n in range(begin, min(begin + 500, messages))
        ]
        members = enrol(wanted, actor=actor, at=AT)
        tell(
            [Asked(one, "email", "marketing", True, "form", AT, words) for one in members],
            organisation=SHOP,
            actor=actor,
            at=AT,
        )
        asked = [
            NewMessage(
                one.hex, one, "email", "marketing", campaign="spring", template="spring", values={"code": one.hex[:8]}
            )
            for one in members
        ]
        ask(asked, organisation=SHOP, actor=actor, at=AT)


def send(port: int) -> tuple[float, list[tuple[str, bytes]]]:
    """Seconds of the job, until nothing is due; and the mails, as they went."""
    from regulars.access.alerts.transports import MailServer
    from regulars.journal.moves import Actor
    from regulars.outreach.channels.base import Outcome, Parcel
    from regulars.outreach.channels.mail import Mail, written
    from regulars.outreach.services.sending import send_due

    parcels: list[Parcel] = []

    class Kept(Mail):
        def send(self, given: Sequence[Parcel]) -> Iterator[Outcome]:
            parcels.extend(given)
            return super().send(given)

    server = MailServer.read(f"smtp://127.0.0.1:{port}?from=shop@example.org")
    channel, actor, at = Kept(server), Actor.job("messages.send"), AT + timedelta(hours=1)
    began = time.perf_counter()
    while send_due(channel, actor=actor, at=at):
        pass
    seconds = time.perf_counter() - began
    return seconds, [(one.to, written(one, server.sender)) for one in parcels]


def bare(port: int, mails: Sequence[tuple[str, bytes]]) -> float:
    """Seconds of smtplib for the same mails."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for to, mail in mails:
            server.sendmail("shop@example.org", [to], mail)
    return time.perf_counter() - began


def measured(messages: int) -> Iterator[Figure]:
    with sink() as (port, process):
        ours, mails = send(port)
        assert len(mails) == messages == taken(process), (len(mails), taken(process))
        peer = bare(port, mails)
        assert taken(process) == 2 * messages
    yield {
        "name": "sending_personalised_mail",
        "ours": round(messages / ours, 1),
        "peer": round(messages / peer, 1),
        "ratio": round(ours / peer, 2),
        "unit": "messages a second",
        "messages": messages,
        "bytes_each": len(mails[0][1]),
        "peer_is": "smtplib sending the same mails, made before, over one connection",
    }


def run(messages: int = 5_000) -> Iterator[Figure]:
    """Makes an installation in a folder of its own, fills it, measures, and throws it away."""
    import django
    from django.core.management import call_command

    folder = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    cluster = _cluster(folder)
    try:
        cluster.make()
        cluster.start()
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        _keys()
        fill(messages)
        _analyse()
        yield from measured(messages)
    finally:
        _let_go()
        cluster.stop(at_once=True)
        _throw_away(folder)


def _analyse() -> None:
    """As the database's own housekeeping does within the minute."""
    from regulars.journal.statements import run as ask

    ask("ANALYZE")


def _keys() -> None:
    """What `regulars serve` makes at the first start."""
    from regulars.members.keys import cards_file, folder, make_key

    make_key(folder() / "1")
    make_key(cards_file())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5_000)
    for figure in run(parser.parse_args().messages):
        print(json.dumps(figure))
