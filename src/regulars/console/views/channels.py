"""The ways out of the house: how each is set, what went and what fails, and a trial message to oneself."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.access.alerts.transports import MailServer
from regulars.access.errors import WrongSetting
from regulars.access.models import Staff
from regulars.basics.ids import new_id
from regulars.console.desk import MADE, UNFIT, Desk
from regulars.console.forms_channels import TrialForm
from regulars.console.forms_template import TITLES
from regulars.console.selectors.channels import told
from regulars.console.selectors.finding import region_of
from regulars.journal.models import Entry
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.errors import WrongIdentifier
from regulars.members.identifying import phone
from regulars.outreach.channels.base import Away, Channel, Parcel
from regulars.outreach.channels.letters import Letter, Sender, write
from regulars.outreach.channels.mail import Mail
from regulars.outreach.channels.texts import Texts, gateway
from regulars.outreach.rendering import Rendered
from regulars.outreach.selectors_sending import settings_of

TRIALS: Final = 10  # that one person sends an hour
KINDS: Final = {"pdf": "application/pdf", "html": "text/html; charset=utf-8"}


def page(desk: Desk) -> HttpResponse:
    """Six queries."""
    return _page(desk)


def _page(desk: Desk, **bound: TrialForm) -> HttpResponse:
    forms = {"sms": TrialForm()} | bound
    rows = [(one, TITLES[one.name], forms.get(one.name)) for one in told(desk)]
    shown = {"rows": rows, "mail": desk.holder.name, "opened": next(iter(bound), "")}
    return desk.show("console/channels.html", shown, status=UNFIT if bound else 200)


def try_out(desk: Desk, channel: str) -> HttpResponse:
    """A message to the reader: a mail to their own address, a text to a phone they type, a letter as a file."""
    hour = Entry.objects.filter(what="console.try_channel", actor_id=desk.actor.id, at__gt=desk.at - timedelta(hours=1))
    if hour.count() >= TRIALS:
        return desk.go("channels", told=_("Ten trials an hour are enough. Try again later."))
    trials: Mapping[str, Callable[[Desk], HttpResponse]] = {"email": _mail, "sms": _text, "post": _letter}
    if channel not in trials:
        raise Http404
    return trials[channel](desk)


def _mail(desk: Desk) -> HttpResponse:
    own = Staff.objects.values_list("email", flat=True).get(pk=desk.holder.id)
    try:
        way = Mail(MailServer.here())
    except WrongSetting as wrong:
        return _ended(desk, "email", str(wrong))
    return _ended(desk, "email", _sent(desk, way, own))


def _text(desk: Desk) -> HttpResponse:
    form = TrialForm(desk.request.POST)
    if not form.is_valid():
        return _page(desk, sms=form)
    try:
        number = phone(form.cleaned_data["phone"], region_of(desk.zone))
        way = Texts(gateway())
    except WrongIdentifier:
        form.add_error("phone", _("This is no phone number."))
        return _page(desk, sms=form)
    except WrongSetting as wrong:
        return _ended(desk, "sms", str(wrong))
    return _ended(desk, "sms", _sent(desk, way, number))


def _sent(desk: Desk, way: Channel, to: str) -> str:
    """Why it did not go; empty where it went."""
    if missing := way.missing():
        return missing
    setting = settings_of(desk.home).get(way.name, {})
    told_so = _("This is a trial message of %(name)s. It works.") % {"name": desk.place_name}
    said = Rendered(_("A trial"), f"{told_so}\n", "", "zh" if desk.chinese else "en")
    try:
        outcome = next(iter(way.send([Parcel(new_id(desk.at), desk.home, to, said, desk.at, setting)])))
    except Away as away:
        return str(away)
    return "" if outcome.sent else outcome.problem or _("It was not taken.")


def _ended(desk: Desk, channel: str, problem: str) -> HttpResponse:
    """What came of it is in the trail; to whom is not."""
    after = {"channel": channel, "went": not problem}
    record([Deed("console.try_channel", after=after)], actor=desk.actor, at=desk.at)
    if problem:
        return desk.go("channels", told=_("It did not go: %(why)s") % {"why": problem})
    return desk.go("channels", told=_("It went. Look whether it comes."))


def _letter(desk: Desk) -> HttpResponse:
    """The letter as the print shop would get it."""
    setting = settings_of(desk.home).get("post", {})
    told_so = _("This is a trial message of %(name)s. It works.") % {"name": desk.place_name}
    language = "zh" if (get_language() or "en").startswith("zh") else "en"
    one = Letter("trial", desk.holder.name, _("Street 1"), "", "12345", _("Town"), "", language, _("A trial"), told_so)
    sender = Sender(tuple(setting.get("from_lines", ())), setting.get("closing", ""))
    record([Deed("console.try_channel", after={"channel": "post", "went": True})], actor=desk.actor, at=desk.at)
    with TemporaryDirectory() as folder:
        form = write("trial", [one], sender, within=Path(folder))
        answer = HttpResponse((Path(folder) / f"trial.{form}").read_bytes(), content_type=KINDS[form], status=MADE)
    answer["Content-Disposition"] = f'attachment; filename="trial-letter.{form}"'
    return answer
