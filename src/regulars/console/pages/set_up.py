"""Set-up: places, staff, keys, the trail."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.page import Head, Page, Reach
from regulars.console.views import (
    channels,
    fields,
    health,
    keys,
    kinds,
    places,
    retention,
    setup,
    trail,
    units,
    webhooks,
    wordings,
)

_HOOK: Final = "set-up/webhooks/<id_whk:webhook>"
_SEND: Final = (Right.OUTREACH_SEND, Reach.WHOLE)
_READ_ALL: Final = (Right.ACCESS_READ, Reach.EVERY)
_FIELDS: Final = (Right.MEMBERS_MANAGE, Reach.WHOLE)
_CARE: Final = (Right.CARE_MANAGE, Reach.WHOLE)
_UNITS_READ: Final = (Right.LEDGER_READ, Reach.EVERY)
_UNITS: Final = (Right.LEDGER_MANAGE, Reach.EVERY)
_READ: Final = (Right.ACCESS_READ, Reach.WHOLE)
_MANAGE: Final = (Right.ACCESS_MANAGE, Reach.WHOLE)
_MERCHANT: Final = "set-up/merchants/<id_mrc:merchant>"
_STORE: Final = "set-up/stores/<id_str:store>"
_STAFF: Final = "set-up/staff/<id_stf:staff>"

SET_UP: Final[tuple[Page, ...]] = (
    Page("set-up", "set-up", setup.places, Right.ACCESS_READ, Reach.WHOLE, _("Places"), Head.SET_UP, table=True),
    Page(
        "merchant-new", "set-up/merchants", setup.merchant, Right.ACCESS_MANAGE, Reach.WHOLE, posted=True, writes=True
    ),
    Page("home-rename", "set-up/name", places.rename_home, *_MANAGE, posted=True, writes=True),
    Page("merchant", _MERCHANT, places.merchant, *_READ),
    Page("merchant-change", f"{_MERCHANT}/change", places.merchant_change, *_MANAGE, posted=True, writes=True),
    Page("merchant-close", f"{_MERCHANT}/close", places.merchant_close, *_MANAGE, posted=True, writes=True),
    Page("merchant-open", f"{_MERCHANT}/open", places.merchant_open, *_MANAGE, posted=True, writes=True),
    Page("store", _STORE, places.store, *_READ),
    Page("store-change", f"{_STORE}/change", places.store_change, *_MANAGE, posted=True, writes=True),
    Page("store-close", f"{_STORE}/close", places.store_close, *_MANAGE, posted=True, writes=True),
    Page("store-open", f"{_STORE}/open", places.store_open, *_MANAGE, posted=True, writes=True),
    Page("store-new", "set-up/stores", setup.store, Right.ACCESS_MANAGE, Reach.WHOLE, posted=True, writes=True),
    Page(
        "staff-list", "set-up/staff", setup.staff, Right.ACCESS_READ, Reach.WHOLE, _("Staff"), Head.SET_UP, table=True
    ),
    Page("staff-new", "set-up/staff/new", setup.hire, Right.ACCESS_MANAGE, Reach.WHOLE, writes=True),
    Page("staff-one", _STAFF, setup.one, Right.ACCESS_READ, Reach.WHOLE),
    Page("staff-give", f"{_STAFF}/roles", setup.give, Right.ACCESS_MANAGE, Reach.WHOLE, posted=True, writes=True),
    Page(
        "staff-withdraw",
        f"{_STAFF}/withdraw",
        setup.withdraw,
        Right.ACCESS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page("staff-close", f"{_STAFF}/close", setup.close, Right.ACCESS_MANAGE, Reach.WHOLE, posted=True, writes=True),
    Page(
        "staff-out", f"{_STAFF}/log-out", setup.end_sessions, Right.ACCESS_MANAGE, Reach.WHOLE, posted=True, writes=True
    ),
    Page("roles", "set-up/roles", setup.roles, Right.ACCESS_READ, Reach.WHOLE, _("Roles"), Head.SET_UP, table=True),
    Page("role-new", "set-up/roles/new", setup.new_role, Right.ACCESS_MANAGE, Reach.WHOLE, writes=True),
    Page("role", "set-up/roles/<str:code>", setup.role, Right.ACCESS_MANAGE, Reach.WHOLE, writes=True),
    Page(
        "keys",
        "set-up/keys",
        keys.keys,
        Right.ACCESS_MANAGE,
        Reach.WHOLE,
        _("API keys"),
        Head.SET_UP,
        writes=True,
        table=True,
    ),
    Page(
        "key-rotate",
        "set-up/keys/<id_key:key>/rotate",
        keys.rotate,
        Right.ACCESS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "key-revoke",
        "set-up/keys/<id_key:key>/revoke",
        keys.revoke,
        Right.ACCESS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "webhooks",
        "set-up/webhooks",
        webhooks.webhooks,
        Right.WEBHOOKS_MANAGE,
        Reach.WHOLE,
        _("Webhooks"),
        Head.SET_UP,
        writes=True,
        table=True,
    ),
    Page("webhook", _HOOK, webhooks.show, Right.WEBHOOKS_MANAGE, Reach.WHOLE, table=True),
    Page(
        "webhook-switch",
        f"{_HOOK}/switch",
        webhooks.switch,
        Right.WEBHOOKS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "webhook-rotate",
        f"{_HOOK}/rotate",
        webhooks.rotate,
        Right.WEBHOOKS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "webhook-ping",
        f"{_HOOK}/ping",
        webhooks.ping,
        Right.WEBHOOKS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "webhook-resend",
        f"{_HOOK}/<id_dlv:delivery>",
        webhooks.resend,
        Right.WEBHOOKS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "webhook-delete",
        f"{_HOOK}/delete",
        webhooks.delete,
        Right.WEBHOOKS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "trail",
        "set-up/trail",
        trail.trail,
        Right.JOURNAL_READ,
        Reach.HOME,
        _("Audit trail"),
        Head.SET_UP,
        table=True,
        own_file=True,
    ),
    Page("trail-export", "set-up/trail.csv", trail.export, Right.JOURNAL_READ, Reach.HOME),
    Page("units", "set-up/units", units.units, *_UNITS_READ, _("Units"), Head.SET_UP, table=True),
    Page("unit-define", "set-up/units/new", units.define, *_UNITS, writes=True),
    Page("unit", "set-up/units/code/<str:unit>", units.unit, *_UNITS_READ),
    Page("unit-change", "set-up/units/code/<str:unit>/change", units.change, *_UNITS, posted=True, writes=True),
    Page(
        "case-kinds",
        "set-up/cases",
        kinds.kinds,
        Right.CARE_READ,
        Reach.WHOLE,
        _("Kinds of case"),
        Head.SET_UP,
        table=True,
    ),
    Page("case-kind-new", "set-up/cases/new", kinds.new, *_CARE, writes=True),
    Page("case-kind", "set-up/cases/code/<str:kind>", kinds.kind, *_CARE, writes=True),
    Page("case-kind-retire", "set-up/cases/code/<str:kind>/retire", kinds.retire, *_CARE, posted=True, writes=True),
    Page("hours", "set-up/cases/hours", kinds.hours, *_CARE, writes=True),
    Page(
        "fields",
        "set-up/fields",
        fields.fields,
        Right.MEMBERS_READ,
        Reach.WHOLE,
        _("Details of members"),
        Head.SET_UP,
        table=True,
    ),
    Page("field-new", "set-up/fields/new", fields.new, *_FIELDS, writes=True),
    Page("field", "set-up/fields/code/<str:field>", fields.field, *_FIELDS, writes=True),
    Page("field-retire", "set-up/fields/code/<str:field>/retire", fields.retire, *_FIELDS, posted=True, writes=True),
    Page(
        "wordings",
        "set-up/consents",
        wordings.wordings,
        Right.MEMBERS_READ,
        Reach.WHOLE,
        _("Words of consent"),
        Head.SET_UP,
    ),
    Page(
        "wording-new",
        "set-up/consents/new",
        wordings.publish,
        Right.CONSENTS_WRITE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page(
        "retention",
        "set-up/retention",
        retention.periods,
        Right.MEMBERS_READ,
        Reach.WHOLE,
        _("Retention"),
        Head.SET_UP,
        table=True,
    ),
    Page(
        "retention-keep",
        "set-up/retention/keep",
        retention.keep,
        Right.MEMBERS_MANAGE,
        Reach.WHOLE,
        posted=True,
        writes=True,
    ),
    Page("channels", "set-up/channels", channels.page, *_SEND, _("Channels"), Head.SET_UP, table=True),
    Page("channel-try", "set-up/channels/<slug:channel>", channels.try_out, *_SEND, posted=True, writes=True),
    Page("health", "set-up/health", health.health, *_READ_ALL, _("Health"), Head.SET_UP, table=True),
    Page(
        "health-run", "set-up/health/run", health.run_step, Right.ACCESS_MANAGE, Reach.EVERY, posted=True, writes=True
    ),
)
