"""What is typed of a campaign, from the audience to the budget."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.text import slugify
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext_lazy as _

from regulars.basics.money import minor_digits
from regulars.console import cell_tables
from regulars.console.asking import minor_of
from regulars.console.forms_care import MomentField
from regulars.outreach.gate.deciding import SHARES

CHANNELS: Final = (("email", _("Mail")), ("sms", _("Text message")), ("post", _("Letter")))
ELSEWHERE: Final = "@"  # whoever sends takes the released messages
_PERCENT: Final = SHARES // 100
_PLACES: Final = {
    "audience": "audience", "series": "series", "currency": "currency", "budget": "budget", "starts_at": "starts_at",
    "holdout_share": "holdout", "mark": "mark", "repeat": "repeat_times",
    "window_days": "window_days", "priority": "priority", "purpose": "purpose", "cells": "cells", "list": "list_lines",
    "statement": "statement_unit",
}  # fmt: skip


def _amount(label: Any, **more: Any) -> forms.CharField:
    more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
    return forms.CharField(label=label, max_length=20, required=False, **more)


def _table(label: Any, told: Any) -> forms.CharField:
    rows = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code", "wrap": "off"})
    found = forms.CharField(label=label, max_length=1_000_000, required=False, widget=rows, help_text=told)
    found.wide = True  # type: ignore[attr-defined]
    return found


class CampaignForm(forms.Form):
    """Audience, offer, message, holdout, budget."""

    name = forms.CharField(label=_("Name of the campaign"), max_length=200)
    audience = forms.ChoiceField(label=_("Audience"))
    series = forms.ChoiceField(label=_("Coupon for each"), required=False)
    cells = _table(
        _("Coupons by cell"),
        _("A row for each cell, the first that fits counts. Columns: class, stage, need (a product or category), level"
          " (ladder/level), points from, coupon. Several names with | between them; an empty cell holds for all."),
    )  # fmt: skip
    list_lines = _table(
        _("Which offer for which product"),
        _("A row for each rule, the first that fits counts. Columns: class, stage, need (a product or category), level,"
          " why (due, later, habit, with, alike, popular), coupon: of a series whose coupons are each for one"
          " product."),
    )  # fmt: skip
    list_products = forms.IntegerField(label=_("Products on it"), min_value=1, max_value=30, initial=8, required=False)
    list_offers = forms.IntegerField(
        label=_("With an offer, at most"), min_value=0, max_value=30, initial=5, required=False
    )
    list_days = forms.IntegerField(label=_("Good for days"), min_value=1, max_value=366, initial=14, required=False)
    list_spend = _amount(_("For who spends a week, at least"), initial="25.00")
    list_weeks = forms.IntegerField(
        label=_("Over the last weeks"), min_value=1, max_value=104, initial=8, required=False
    )
    makes_list = forms.BooleanField(label=_("Make each a list of what they need"), required=False)
    statement_unit = forms.ChoiceField(label=_("Statement of"), required=False)
    statement_months = forms.TypedChoiceField(
        label=_("Of the last"), coerce=int, required=False, initial=3,
        choices=[(1, _("month")), (2, _("two months")), (3, _("quarter")), (4, _("four months")), (6, _("half-year")),
                 (12, _("year"))],
    )  # fmt: skip
    mark = forms.BooleanField(
        label=_("Mark whom it treats"), required=False, help_text=_("Terms and audiences can ask for the mark.")
    )
    email = forms.ChoiceField(label=_("By mail"), required=False)
    sms = forms.ChoiceField(label=_("By text message"), required=False)
    post = forms.ChoiceField(label=_("By letter"), required=False)
    prefer = forms.ChoiceField(
        label=_("First by"), choices=CHANNELS, required=False, help_text=_("Then by the others, in this order.")
    )
    purpose = forms.RegexField(r"^[a-z][a-z0-9_]{0,39}$", label=_("For the purpose"), initial="marketing")
    holdout = forms.DecimalField(
        label=_("Kept without it, of a hundred"), min_value=0, max_value=50, decimal_places=2, initial=10,
        help_text=_("Drawn by lot. Without them nobody can say what it brought."),
    )  # fmt: skip
    window_days = forms.IntegerField(label=_("Days that are counted"), min_value=1, max_value=3660, initial=28)
    currency = forms.ChoiceField(label=_("Currency"))
    budget = _amount(_("Budget, at most"))
    coupon = _amount(_("A redeemed coupon costs, at most"), help_text=_("Nothing said: as its terms say."))
    redeemed = forms.DecimalField(
        label=_("Redeemed, of a hundred"), min_value=Decimal("0.01"), max_value=100, decimal_places=2, initial=100
    )
    cost_email = _amount(_("A mail costs"))
    cost_sms = _amount(_("A text message costs"))
    cost_post = _amount(_("A letter costs"))
    starts_at = MomentField(label=_("Begins"), required=False, help_text=_("Nothing said: as soon as it is approved."))
    repeat_days = forms.IntegerField(
        label=_("Again every so many days"), min_value=1, max_value=366, required=False,
        help_text=_("Each time is a campaign of its own, approved with the first."),
    )  # fmt: skip
    repeat_months = forms.IntegerField(label=_("Or every so many months"), min_value=1, max_value=12, required=False)
    repeat_times = forms.IntegerField(label=_("So many times more"), min_value=1, max_value=400, required=False)
    priority = forms.IntegerField(
        label=_("Priority"), min_value=0, max_value=100, initial=0, required=False,
        help_text=_("The higher the sooner, where somebody may get but one message."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, known: Mapping[str, Sequence[Any]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        pick: Any = self.fields
        pick["audience"].choices = [("", "–"), *known["audiences"]]
        pick["series"].choices = [("", _("none")), *known["series"]]
        pick["statement_unit"].choices = [("", _("none")), *known.get("units", ())]
        pick["currency"].choices = [(one, one) for one in known["currencies"]]
        for channel, _label in CHANNELS:
            said = [
                (f"{code}@{version}", f"{name} ({version})")
                for code, name, version, channels in known["templates"]
                if channel in channels
            ]
            kept = str(self.initial.get(channel) or "")
            if kept and kept != ELSEWHERE and kept not in dict(said):
                said.append((kept, kept.replace("@", " (") + ")"))
            pick[channel].choices = [("", _("not used")), *said, (ELSEWHERE, _("sent by another program"))]

    def code(self, at: datetime) -> str:
        """Of the name, as far as that has letters for it."""
        return slugify(self.cleaned_data["name"])[:60].strip("-_") or f"campaign-{at:%y%m%d-%H%M%S}"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        currency = given.get("currency") or "XXX"
        for name in ("budget", "coupon", "list_spend", "cost_email", "cost_sms", "cost_post"):
            try:
                given[name] = minor_of(given[name], currency) if given.get(name) else None
            except forms.ValidationError as wrong:
                self.add_error(name, wrong)
        for name in ("cells", "list_lines"):
            try:
                given[name] = cell_tables.read(given.get(name) or "")
            except forms.ValidationError as wrong:
                self.add_error(name, wrong)
        if given.get("repeat_days") and given.get("repeat_months"):
            self.add_error("repeat_months", _("Say either days or months."))
        if bool(given.get("repeat_days") or given.get("repeat_months")) != bool(given.get("repeat_times")):
            self.add_error("repeat_times", _("Say both how often and after how many days."))
        return given

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        given = self.cleaned_data
        contact = {name: given[f"cost_{name}"] for name, _l in CHANNELS if given[f"cost_{name}"] is not None}
        cost: dict[str, Any] = {"redeemed": int(given["redeemed"] * _PERCENT), "contact": contact}
        if given["coupon"] is not None:
            cost["coupon"] = given["coupon"]
        repeat = None
        if given["repeat_times"]:
            repeat = {
                "days": given["repeat_days"] or None, "months": given["repeat_months"] or None,
                "times": given["repeat_times"],
            }  # fmt: skip
        return {
            "mark": given["mark"],
            "repeat": repeat,
            "audience": given["audience"],
            "purpose": given["purpose"],
            "currency": given["currency"],
            "series": given["series"] or None,
            "cells": given["cells"],
            "list": self._list() if given["makes_list"] else None,
            "statement": self._statement(),
            "messages": [_said(channel, given[channel]) for channel in self.channels()],
            "holdout_share": int(given["holdout"] * _PERCENT),
            "cost": cost,
            "budget": given["budget"],
            "starts_at": _moment(given["starts_at"]),
            "window_days": given["window_days"],
            "priority": given["priority"] or 0,
        }

    def _list(self) -> dict[str, Any]:
        """What is not said is as usual."""
        given = self.cleaned_data
        said = {
            "products": given["list_products"], "offers": given["list_offers"], "days": given["list_days"],
            "weekly_spend_min": given["list_spend"], "weeks": given["list_weeks"],
        }  # fmt: skip
        return {**{name: value for name, value in said.items() if value is not None}, "lines": given["list_lines"]}

    def _statement(self) -> dict[str, Any] | None:
        given = self.cleaned_data
        unit = given["statement_unit"]
        return {"unit": unit, "months": given["statement_months"] or 3} if unit else None

    def channels(self) -> list[str]:
        """Those that say something, in the order that is preferred."""
        said = [name for name, _label in CHANNELS if self.cleaned_data[name]]
        return sorted(said, key=lambda name: name != self.cleaned_data["prefer"])

    def place_of(self, pointer: str) -> str | None:
        """The field that a fault of the document belongs to."""
        steps = pointer.strip("/").split("/")
        if steps[0] == "messages":
            channels = self.channels()
            place = int(steps[1]) if len(steps) > 1 and steps[1].isdigit() else 0
            return channels[place] if place < len(channels) else "email"
        if steps[0] == "cost":
            return "coupon" if steps[1:2] == ["coupon"] else None
        return _PLACES.get(steps[0])


def _said(channel: str, text: str) -> dict[str, Any]:
    code, _at, version = text.rpartition("@")
    return {"channel": channel} if not code else {"channel": channel, "template": code, "version": int(version)}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else (at if at.tzinfo else make_aware(at)).isoformat()


def initial_of(document: Mapping[str, Any], name: str, version: int) -> dict[str, Any]:
    """A document as the form shows it."""
    digits = minor_digits(document["currency"])
    cost = document.get("cost") or {}

    def typed(minor: int | None) -> str:
        return "" if minor is None else f"{Decimal(minor).scaleb(-digits):f}"

    said = document.get("messages") or []
    found = {
        one["channel"]: f"{one['template']}@{one['version']}" if one.get("template") else ELSEWHERE for one in said
    }
    starts_at, repeat = document.get("starts_at"), document.get("repeat") or {}
    return {
        "mark": document.get("mark", False),
        "cells": cell_tables.written(document.get("cells") or ()),
        **_of_list(document.get("list"), typed),
        "statement_unit": (document.get("statement") or {}).get("unit", ""),
        "statement_months": (document.get("statement") or {}).get("months", 3),
        "repeat_days": repeat.get("days"),
        "repeat_months": repeat.get("months"),
        "repeat_times": repeat.get("times"),
        "name": name,
        "version": version,
        **{key: document.get(key) for key in ("audience", "series", "purpose", "currency", "window_days", "priority")},
        **found,
        "prefer": said[0]["channel"] if said else "email",
        "holdout": Decimal(document["holdout_share"]) / _PERCENT,
        "budget": typed(document.get("budget")),
        "coupon": typed(cost.get("coupon")),
        "redeemed": Decimal(cost.get("redeemed", SHARES)) / _PERCENT,
        **{f"cost_{channel}": typed((cost.get("contact") or {}).get(channel)) for channel, _label in CHANNELS},
        "starts_at": localtime(datetime.fromisoformat(starts_at)) if starts_at else None,
    }


def _of_list(kept: Mapping[str, Any] | None, typed: Callable[[int | None], str]) -> dict[str, Any]:
    if kept is None:
        return {}
    return {
        "makes_list": True,
        "list_lines": cell_tables.written(kept["lines"]),
        "list_spend": typed(kept["weekly_spend_min"]),
        **{f"list_{name}": kept[name] for name in ("products", "offers", "days", "weeks")},
    }


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
