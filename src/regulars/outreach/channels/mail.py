"""Mail over SMTP, one connection for a batch. A mail's Message-ID is made of the message's id: who gets it twice after
a crash between the server's yes and our note can tell, and mail programs show it once.

REGULARS_SMTP_URL says which server, as for alerts (access/alerts/transports).
"""

import smtplib
from base64 import encodebytes
from collections.abc import Iterator, Sequence
from email.header import Header
from email.utils import format_datetime
from typing import Final

from regulars.access.alerts.transports import SMTP_URL, DeliveryFailed, MailServer
from regulars.basics.ids import typed
from regulars.outreach.channels.base import Away, Outcome, Parcel
from regulars.outreach.templates.channels import EMAIL

_LINE: Final = 900  # bytes; RFC 5322 allows 998
_NO_ADDRESS: Final = frozenset({550, 551, 553, 556})  # RFC 5321: no such mailbox; everything else may be our fault


class Mail:
    """The channel."""

    name = EMAIL

    def __init__(self, server: MailServer | None) -> None:
        self._server = server

    def missing(self) -> str:
        return "" if self._server else f"no mail server is set ({SMTP_URL})"

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        assert self._server is not None
        try:
            connection = self._server.connected()
        except DeliveryFailed as failed:
            raise Away(str(failed)) from failed
        try:
            for parcel in parcels:
                yield _send(connection, parcel, self._server.sender)
        finally:
            _close(connection)


def _send(connection: smtplib.SMTP, parcel: Parcel, sender: str) -> Outcome:
    """Raises Away where the server went in the middle: whether it has this one nobody knows."""
    if not _is_address(parcel.to):
        return Outcome(parcel.id, False, "the address cannot be written to by mail", permanent=True, bounced=True)
    own = str(parcel.setting.get("sender", "")) or sender
    try:
        connection.sendmail(own, [parcel.to], written(parcel, own))
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return Outcome(parcel.id, False, f"{code} to the address", code >= 500, bounced=code in _NO_ADDRESS)
    except smtplib.SMTPSenderRefused as refused:  # a setting of ours, to be put right: no message is to blame
        return Outcome(parcel.id, False, f"{refused.smtp_code} to the sender")
    except smtplib.SMTPServerDisconnected as gone:
        raise Away("the mail server hung up", over=parcel.id) from gone
    except smtplib.SMTPResponseException as answered:
        if answered.smtp_code == 421:
            raise Away("421 answered", over=parcel.id) from answered
        return Outcome(parcel.id, False, f"{answered.smtp_code} answered", answered.smtp_code >= 500)
    except OSError as failed:
        raise Away(type(failed).__name__, over=parcel.id) from failed
    return Outcome(parcel.id, True)


def _close(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


def _is_address(text: str) -> bool:
    """
    >>> _is_address("ann@shop.example"), _is_address("ann@x.example>\\r\\nRCPT TO:<bob@x.example")
    (True, False)
    """
    return text.isascii() and text.isprintable() and text.count("@") == 1 and not set(text) & set(' <>,;:"()[]\\')


def written(parcel: Parcel, sender: str) -> bytes:
    """The mail as it goes over the line (RFC 5322, 2045, 2046), made of lines by hand: the standard library's way takes
    ten times as long, which is half of the time of sending."""
    said = parcel.said
    name = _phrase(str(parcel.setting.get("sender_name", "")))
    heads = [
        ("Subject", _header(said.subject)),
        ("From", f"{name} <{sender}>" if name else sender),
        ("To", parcel.to),
        ("Reply-To", str(parcel.setting.get("reply_to", ""))),
        ("Message-ID", message_id(parcel, sender)),
        ("Date", format_datetime(parcel.made_at)),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834: no answers by robots
        ("MIME-Version", "1.0"),
    ]
    if said.unsubscribe:
        heads.append(("List-Unsubscribe", f"<{said.unsubscribe}>"))
        heads.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))  # RFC 8058
    head = "".join(f"{label}: {value}\r\n" for label, value in heads if value).encode("ascii")
    if not said.html:
        return head + _part(said.text, "plain")
    mark = f"={parcel.id.hex}="  # nobody who writes into it knows it
    parts = [b"--" + mark.encode() + b"\r\n" + _part(said.text, "plain")]
    parts.append(b"--" + mark.encode() + b"\r\n" + _part(said.html, "html"))
    kind = f'Content-Type: multipart/alternative; boundary="{mark}"\r\n\r\n'.encode()
    return head + kind + b"\r\n".join(parts) + b"\r\n--" + mark.encode() + b"--\r\n"


def message_id(parcel: Parcel, sender: str) -> str:
    """The same at each try."""
    return f"<{typed('msg', parcel.id)}@{sender.rpartition('@')[2]}>"


def _part(text: str, kind: str) -> bytes:
    """Plain letters as they are, everything else, and long lines, as base64."""
    lines = text.splitlines()
    if text.isascii() and all(len(line) < _LINE for line in lines):
        body, how, charset = "".join(f"{line}\r\n" for line in lines).encode(), "7bit", "us-ascii"
    else:
        body = encodebytes(("".join(f"{line}\r\n" for line in lines)).encode()).replace(b"\n", b"\r\n")
        how, charset = "base64", "utf-8"
    heads = f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    return heads.encode() + body


def _header(text: str) -> str:
    line = one_line(text)
    return line if line.isascii() and len(line) < 70 else Header(line, "utf-8").encode(linesep="\r\n")


def _phrase(name: str) -> str:
    """A display name: quoted, or encoded."""
    line = one_line(name)
    if not line.isascii():
        return Header(line, "utf-8").encode(linesep="\r\n")
    return '"' + line.replace("\\", "").replace('"', "") + '"' if line else ""


def one_line(text: str) -> str:
    """
    >>> one_line("Spring\\r\\nBcc: bob@x.example")
    'Spring Bcc: bob@x.example'
    """
    return " ".join("".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in text).split())
