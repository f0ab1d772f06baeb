"""Refusals in the words of the reader, and forms that show them where they belong."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from regulars.access.errors import NotAllowed
from regulars.basics.errors import RegularsError

# What has no sentence here is told in that of the refusal itself, which is English.
SENTENCES: Final[Mapping[str, Promise | str]] = {
    "wrong-field": _("This cannot be kept so: its code is taken, or a choice is a mail address or a phone number."),
    "unit-clash": _("There is a unit of this code."),
    "wrong-period": _("This is no time zone, or no length of time."),
    "place-closed": _("This place is closed: nothing new is booked here."),
    "wrong-address": _("Webhooks may not go to this address."),
    "webhook-off": _("It is switched off; switch it on first."),
    "too-many-webhooks": _("There are as many webhooks as there may be; delete one first."),
    "not-enough": _("Not enough is there for this."),
    "reward-refused": _("They cannot have this reward here and now."),
    "reward-gone": _("Nothing of it is left."),
    "redemption-closed": _("This was handed over or given back before."),
    "goodwill-refused": _("This is more than your role may give, or for another reason than its terms name."),
    "points-refused": _("So much of this bill cannot be paid with points or stored value."),
    "card-not-usable": _("This card is refused."),
    "code-refused": _("This code is not genuine, or too old: let them show the next one."),
    "code-used": _("This code was used already: let them show the next one."),
    "unknown-identifier": _("Nobody here is recognised by that."),
    "unknown-member": _("There is no such member here."),
    "identifier-taken": _("Somebody else is recognised by this already."),
    "wrong-identifier": _("This is no number or address of that kind."),
    "already-merged": _("These are one member already."),
    "member-closed": _("This member has left; nothing more is written."),
    "not-merged": _("This member is not merged into another."),
    "terms-clash": _("Another version is in the way; look at the list of versions."),
    "wrong-terms": _("These terms contradict themselves or their form."),
    "wrong-sale": _("This bill does not add up."),
    "wrong-return": _("This cannot be brought back: it was already, or it was never on this bill."),
    "sale-unknown": _("There is no such bill here."),
    "sale-state": _("This bill is not complete, or was cancelled."),
    "business-key-reused": _("This was sent before, in another form. Load the page again."),
    "holder-frozen": _("This account is frozen."),
    "wrong-posting": _("This cannot be booked as it stands."),
    "wrong-load": _("So much cannot be loaded here."),
    "not-reversible": _("Nothing of this is left to take back."),
    "form-unfit": _("This form is too old or was used already. Load the page again."),
    "staff-clash": _("Somebody with this mail address is staff already."),
    "last-administrator": _("Nobody else could manage this organisation any more."),
    "weak-password": _("This password is too short, too common or too near to the name."),
    "adjustment-settled": _("Somebody else has decided already."),
    "needs-second-person": _("Whoever asked cannot decide."),
    "wrong-fact": _("A value does not fit its field."),
    "wrong-setting": _("A name, number or time zone cannot serve, or is in use already."),
    "wrong-consent": _("This yes or no cannot be kept as it stands: a yes needs the words it was given to."),
    "needs-second-approver": _("This needs somebody else's approval."),
    "open-holds": _("A bill of one of them is open; complete or cancel it first."),
    "merged-further": _("Undo the later merge first."),
    "coupon-closed": _("This coupon was used, replaced or is over by now."),
    "coupon-refused": _("This coupon is refused here."),
    "import-state": _("This import is at work, or has gone on meanwhile. Load its page again."),
    "nothing-to-import": _("No file was given, or only empty ones."),
    "upload-too-large": _("That is more than the pages take at once. Divide the files, or pack them into a ZIP."),
    "wrong-import-mapping": _("Two columns cannot be the same thing, and a currency has three capital letters."),
    "import-files-gone": _("The files of this import are no longer kept. Bring them again."),
    "case-owner-unfit": _("Nobody of that name works on cases there."),
    "case-done": _("This case is done; reopen it first."),
    "case-open": _("This case is open."),
    "case-kind-unknown": _("There is no such kind of case."),
    "follow-up-ended": _("This promise was kept or dropped before."),
    "wrong-due": _("What is due lies ahead."),
    "audience-changed": _("Somebody changed it meanwhile. Load the page again."),
    "wrong-audience": _("These conditions cannot be kept as they stand."),
    "wrong-policy": _("This cannot be kept as it stands."),
    "template-changed": _("Somebody changed it meanwhile. Load the page again."),
    "campaign-changed": _("Somebody changed it meanwhile. Load the page again."),
    "campaign-elsewhere": _("The campaign is not where this can be done any more."),
    "campaign-plan-needed": _("Try the campaign out as it stands now, and look at what it would do."),
    "campaign-over-budget": _("It would cost more than its budget."),
    "scores-under-way": _("A run is under way already: wait for it, or cancel it."),
    "scores-run-ended": _("This run is over."),
    "scores-document-changed": _("Somebody else made another version meanwhile. Load the page again."),
    "scores-document-wrong": _("These cut-offs contradict themselves: a VIP stands above an important member."),
    "goodwill-closed": _("This was taken back before, or is used by now."),
    "benefit-used-up": _("Nothing of this is left now."),
    "no-such-benefit": _("Their level does not bring that here."),
    "reset-closed": _("This was decided already, or by somebody else, or the time for it is over."),
    "value-buys-value": _("Value and points buy no stored value."),
}


def said(refusal: RegularsError) -> str:
    """In words, with the numbers that matter."""
    sentence = SENTENCES.get(refusal.code)
    text = str(sentence) if sentence is not None else str(refusal)
    missing = refusal.facts.get("missing")
    if isinstance(missing, int) and refusal.code in ("not-enough", "goodwill-refused") and missing > 0:
        text += " " + ngettext("%(count)d is missing.", "%(count)d are missing.", missing) % {"count": missing}
    return text


@contextmanager
def told_in(form: forms.Form, **fields: str) -> Iterator[None]:
    """What is refused within is said in the form; `fields`: of these codes at that field. Nothing of it stays."""
    try:
        with transaction.atomic():
            yield
    except NotAllowed:
        raise
    except RegularsError as refusal:
        place = fields.get(refusal.code.replace("-", "_"))
        form.add_error(place if place in form.fields else None, said(refusal))
