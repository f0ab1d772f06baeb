"""Mail over SMTP, one connection for a batch. A mail's Message-ID is made of the message's id: who gets it twice after
a crash between the server's yes and our note can tell, and mail programs show it once.

REGULARS_SMTP_URL says which server, as for alerts (access/alerts/transports).
"""

import smtplib
from collections.abc import Iterator, Sequence
from email import policy
from email.charset import BASE64, Charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from typing import Final

from regulars.access.alerts.transports import SMTP_URL, DeliveryFailed, MailServer
from regulars.basics.ids import typed
from regulars.outreach.channels.base import Away, Outcome, Parcel
from regulars.outreach.templates.channels import EMAIL

_LINES: Final = policy.compat32.clone(linesep="\r\n", max_line_length=None)  # addresses stay whole
_TEXT: Final = Charset("utf-8")
_TEXT.body_encoding = BASE64
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
        raise Away("the mail server hung up") from gone
    except smtplib.SMTPResponseException as answered:
        if answered.smtp_code == 421:
            raise Away("421 answered") from answered
        return Outcome(parcel.id, False, f"{answered.smtp_code} answered", answered.smtp_code >= 500)
    except OSError as failed:
        raise Away(type(failed).__name__) from failed
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
    """The mail as it goes over the line."""
    said = parcel.said
    mail: MIMENonMultipart | MIMEMultipart = _part(said.text, "plain")
    if said.html:
        mail = MIMEMultipart("alternative")
        mail.attach(_part(said.text, "plain"))
        mail.attach(_part(said.html, "html"))
    mail.add_header("Subject", _header(said.subject))
    mail["From"] = formataddr((one_line(str(parcel.setting.get("sender_name", ""))), sender))
    mail["To"] = parcel.to
    if reply_to := str(parcel.setting.get("reply_to", "")):
        mail["Reply-To"] = reply_to
    mail["Message-ID"] = message_id(parcel, sender)
    mail["Date"] = format_datetime(parcel.made_at)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers by robots
    if said.unsubscribe:
        mail["List-Unsubscribe"] = f"<{said.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    return mail.as_bytes(policy=_LINES)


def message_id(parcel: Parcel, sender: str) -> str:
    """The same at each try."""
    return f"<{typed('msg', parcel.id)}@{sender.rpartition('@')[2]}>"


def _part(text: str, kind: str) -> MIMEText:
    """Plain letters as they are, everything else as base64."""
    plain = text.isascii() and all(len(line) < _LINE for line in text.splitlines())
    return MIMEText(text, kind, "us-ascii" if plain else _TEXT)  # type: ignore[arg-type]


def _header(text: str) -> str:
    line = one_line(text)
    return line if line.isascii() and len(line) < 70 else Header(line, "utf-8").encode()


def one_line(text: str) -> str:
    """
    >>> one_line("Spring\\r\\nBcc: bob@x.example")
    'Spring Bcc: bob@x.example'
    """
    return " ".join("".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in text).split())
