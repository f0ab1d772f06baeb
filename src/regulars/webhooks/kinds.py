"""Kinds of events: the words of the journal by room, who may hear of them, and patterns over them. Pure.

A pattern is a word (`ledger.post`), a room (`ledger.*`) or everything (`*`). Looks, as `members.read`, are no deeds:
a pattern with a star leaves them out, and who wants to hear of them names them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from regulars.access.rights import Right

PING: Final = "webhooks.ping"
PATTERN: Final = r"^(\*|[a-z]{2,20}\.(\*|[a-z][a-z_-]{0,39}))$"
LOOKS: Final = frozenset({"read", "list", "search", "recognise", "wallet", "replay", "dry_run"})

_MEMBERS: Final = Right.MEMBERS_READ
_PROGRAMME: Final = Right.PROGRAMME_READ
_TRAIL: Final = Right.JOURNAL_READ
# By room: the right to hear of it, and its words. A test holds that no room writes a word that is not here.
ROOMS: Final[Mapping[str, tuple[Right, str]]] = {
    "access": (
        _TRAIL,
        "assign change_merchant change_organisation change_store close_merchant close_store code_barred code_failed"
        " create_key deactivate end_sessions found give_up_factor hire log_in log_in_barred log_in_failed log_out"
        " make_factor offer_factor open_merchant open_store password_failed reactivate refuse_key remove_factor"
        " renew_recovery_codes reopen_merchant reopen_store revoke_key rotate_key set_alert_rule set_password"
        " use_recovery_code withdraw write_role",
    ),
    "api": (_TRAIL, "dry_run job refuse_job replay"),
    "audiences": (Right.AUDIENCES_READ, "compare retire save"),
    "benefits": (_PROGRAMME, "give_back use"),
    "campaigns": (
        Right.AUDIENCES_READ,
        "approve ask assign begin end halt launch launched measure repeat save send_back stop try",
    ),
    "cards": (_MEMBERS, "block claim code forged issue open range replace restore unblock"),
    "care": (Right.CARE_READ, "hours kind retire_kind"),
    "cases": (
        Right.CARE_READ,
        "answered assigned done goodwill heard late list moved noted opened read reopened",
    ),
    "challenges": (_PROGRAMME, "enrol miss"),
    "companies": (_MEMBERS, "change contact contact_ended make read"),
    "consents": (_MEMBERS, "publish tell"),
    "console": (_TRAIL, "change_view drop_view export keep_view run_step try_channel"),
    "coupons": (
        _PROGRAMME,
        "assign end_lists expire give_back issue lapse list make_lists redeem release reserve restore revoke wallet",
    ),
    "fields": (_MEMBERS, "define retire"),
    "followups": (Right.CARE_READ, "done dropped late list made moved read"),
    "goodwill": (_TRAIL, "give take_back"),
    "households": (_MEMBERS, "join leave make read"),
    "imports": (Right.MEMBERS_IMPORT, "book booked correct drop failed receive undo undone"),
    "journal": (_TRAIL, "broken"),
    "keys": (_TRAIL, "retire rotate"),
    "ledger": (
        Right.LEDGER_READ,
        "activate adjust approve cancel capture close-day close-period convert decline erase expire extend forgive"
        " freeze hold lapse merge move open pay post rate read reverse seal_held_up set_lives settle thaw unfreeze unit"
        " unmerge void withdraw",
    ),
    "members": (
        _MEMBERS,
        "agree_way close different duplicates enrol erase export facts forget_identifier identify import import_part"
        " import_undone mark merge name"
        " note note_removed read recognise refuse_way reopen search tag unidentify unmerge untag unverify verify",
    ),
    "messages": (Right.OUTREACH_SEND, "ask channel lift policy print reply send suppress withdraw"),
    "portal": (_TRAIL, "link log_in log_in_barred log_in_failed log_out log_out_everywhere"),
    "programme": (_PROGRAMME, "move_in move_out move_out_part preview preview_drop preview_stop publish retire"),
    "referrals": (_MEMBERS, "claim code"),
    "resets": (Right.LEDGER_READ, "appeal decide reopen take withdraw"),
    "retention": (_MEMBERS, "apply keep"),
    "rewards": (_PROGRAMME, "cancel fulfil redeem"),
    "sales": (Right.SALES_READ, "accepted cancel complete event into_lake read record refused return review withdraw"),
    "scores": (Right.SCORES_READ, "advise ask cancel decide done failed plan read"),
    "templates": (Right.OUTREACH_SEND, "retire save"),
    "tiers": (_PROGRAMME, "begin bring change end give review void"),
    "webhooks": (Right.WEBHOOKS_MANAGE, "change create delete ping resend rotate switched_off"),
}


def words() -> list[str]:
    """Every kind of event, by name."""
    return sorted(f"{room}.{word}" for room, (_, known) in ROOMS.items() for word in known.split())


_WORDS: Final = frozenset(words())


def is_look(what: str) -> bool:
    """
    >>> is_look("members.read"), is_look("members.enrol")
    (True, False)
    """
    return what.partition(".")[2] in LOOKS


def right_for(what: str) -> Right:
    """What somebody must be allowed, to hear of it: to look at its room; of looks and of what no room names, at the
    trail.

    >>> right_for("ledger.post").value, right_for("ledger.read").value
    ('ledger.read', 'journal.read')
    """
    room = what.partition(".")[0]
    return ROOMS[room][0] if room in ROOMS and not is_look(what) else _TRAIL


def rights_for(patterns: Iterable[str]) -> list[Right]:
    """All that these patterns need, each once.

    >>> [right.value for right in rights_for(["ledger.*", "cards.issue", "members.read"])]
    ['journal.read', 'ledger.read', 'members.read']
    """
    given = list(patterns)
    asked = {right_for(one) for one in given if one != "*"}
    if "*" in given:
        asked |= {right for right, _ in ROOMS.values()}
    return sorted(asked)


def unknown(patterns: Iterable[str]) -> list[str]:
    """Those that nothing will ever match.

    >>> unknown(["ledger.*", "ledger.pots", "shop.*", "*"])
    ['ledger.pots', 'shop.*']
    """
    return [one for one in patterns if one != "*" and one not in _WORDS and not (_room(one) in ROOMS and _all(one))]


def _room(pattern: str) -> str:
    return pattern.partition(".")[0]


def _all(pattern: str) -> bool:
    return pattern.endswith(".*")


@dataclass(frozen=True, slots=True)
class Matcher:
    """Patterns, ready to be asked."""

    everything: bool
    rooms: frozenset[str]
    exact: frozenset[str]

    @classmethod
    def of(cls, patterns: Sequence[str]) -> "Matcher":
        """
        >>> Matcher.of(["ledger.*", "members.read"]).matches("ledger.read")
        False
        """
        assert all(re.match(PATTERN, one) for one in patterns)
        rooms = frozenset(_room(one) for one in patterns if _all(one))
        return cls("*" in patterns, rooms, frozenset(one for one in patterns if "*" not in one))

    def matches(self, what: str) -> bool:
        if what in self.exact:
            return True
        return not is_look(what) and (self.everything or _room(what) in self.rooms)
