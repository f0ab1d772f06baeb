"""A model card in words: the plain card of `regulars.insight.cards` as a page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from regulars.insight.report.own_page import Page, Section, Tabled
from regulars.insight.report.pictures.chances import foretold_and_seen
from regulars.insight.report.sentences.card_names import FAMILIES, column, conditions, group, spoken
from regulars.insight.report.sentences.conditions import rule
from regulars.insight.report.words import Sentence, Words, mark

Card = Mapping[str, Any]

WAYS: Final[Mapping[str, str]] = {
    "in_sample": mark("on the data it learned from"),
    "cross_validation": mark("cross-validated"),
    "later": mark("on a later period"),
}
SCREENED: Final[Mapping[str, str]] = {
    "kept": mark("kept"),
    "poorly-filled": mark("too often blank"),
    "constant": mark("always the same"),
    "does-not-separate": mark("does not tell who leaves from who stays"),
    "one-level-per-row": mark("a value of its own for each customer"),
    "same-as": mark("repeats another column"),
}
WHY_NOT: Final[Mapping[str, str]] = {
    "nothing-separates": mark("no column tells those who leave from those who stay"),
    "not-better-than-baseline": mark("it foretells no better than a plain baseline"),
}
DECISIONS: Final[Mapping[str, str]] = {
    "names-leaving": mark("left out: its name says that it was written down after leaving"),
    "gives-away": mark("left out: alone it all but gives the answer away"),
    "is-the-id": mark("the customer’s number, not a fact about them"),
    "is-the-reason": mark("the reason for leaving, known only afterwards"),
    "is-the-status": mark("used to choose the customers"),
    "empty": mark("left out: nothing in it"),
    "undated": mark("left out: the file does not say when this was so"),
    "out-of-range": mark("values out of range, taken for unknown"),
    "not-normal": mark("customers of another status, not looked at"),
    "below-value": mark("customers below the least value, not looked at"),
    "target-unknown": mark("customers of whom it is not known whether they left: scored, not learned from"),
    "left-otherwise": mark("left in another way: not counted as leaving, not learned from"),
    "reason-unknown": mark("left without a stated reason: not learned from"),
    "row-refused": mark("rows that could not be split into columns"),
    "row-repeated": mark("rows that say the same of the same customer again: counted once"),
    "event-undated": mark("status events without a readable month"),
    "file-set-aside": mark("a file that is neither status events nor activity by month"),
    "accounts-aside": mark("bulk and test accounts: no persons, set aside"),
    "too-early": mark("a cut-off not learned from: nobody had come twice by then"),
    "examples-drawn": mark("examples there were; an even part of the customers was learned from"),
}
VERDICTS: Final[Mapping[str, str]] = {
    "steady": mark("steady"),
    "look": mark("worth a look"),
    "changed": mark("changed: learn anew"),
    "gone": mark("no longer there"),
}
WINDOWS: Final[Mapping[str, str]] = {
    "observation": mark("observation"),
    "outcome": mark("outcome"),
    "horizon": mark("horizon"),
}
ROLES: Final[Mapping[str, str]] = {"age": mark("age"), "sex": mark("sex"), "town": mark("town")}
_COLUMNS_SHOWN: Final = 12


def card_page(card: Card, run: str, words: Words) -> Page:
    """The page of a card."""
    words = spoken(card, words)
    return Page(
        title=words.t("Model card"),
        subtitle=run,
        says=[
            _as_it_is(card["purpose"]),
            _as_it_is(card["target"]),
            verdict(card, words),
        ],
        sections=[
            *sections_on_quality(card, words),
            _bad_for(card, words),
            _fair(card, words),
            _drift(card, words),
            columns(card, words),
            _limits(card, words),
        ],
        foot=words.t("Run {run}, made with Regulars {version}", run=run, version=card["regulars"]).plain,
    )


def _as_it_is(text: str) -> Sentence:
    """A sentence that was worded when the card was made."""
    return Sentence(text.replace("{", "{{").replace("}", "}}"), {})


def verdict(card: Card, words: Words) -> Sentence:
    """Whether the model may be used."""
    model = card["model"]
    if not model["usable"]:
        return words.t("Not usable: {why}. No scores are given.", why=words.of(dict(WHY_NOT), model["why_not"]).plain)
    if model["checked"] == "later":
        return words.t("Usable: better than every baseline on a later period that it never saw.")
    return words.t(
        "Usable, but not checked on a later period: the table knows no time, so cross-validation must serve."
    )


def sections_on_quality(card: Card, words: Words) -> list[Section]:
    """Data, comparison, calibration, rules."""
    return [_data(card, words), _compared(card, words), _calibrated(card, words), rules(card, words)]


def _data(card: Card, words: Words) -> Section:
    data = card["data"]
    says = [
        words.t(
            "Learned from {examples} examples; {rate} of them left.",
            examples=words.numbers.count(data["examples"]),
            rate=words.numbers.share(data["base_rate"]),
        )
    ]
    if data["cut_offs"]:
        says.append(words.t("Cut-offs: {days}.", days=", ".join(data["cut_offs"])))
    if data["windows"]:
        spelled = ", ".join(f"{words.of(dict(WINDOWS), name).plain} {value}" for name, value in data["windows"].items())
        says.append(words.t("Windows: {windows}.", windows=spelled))
    says += _shift(card, words)
    files = [(source["name"], source["sha256"][:12]) for source in data["sources"]]
    return Section(
        "data",
        words.t("Data"),
        says,
        tables=[
            Tabled(words.t("Files"), [words.t("File"), words.t("Checksum")], files, numbers=False),
            *_judged_at(data.get("judged_at", ()), words),
            *_decided(data["decisions"], words),
        ],
    )


def _shift(card: Card, words: Words) -> list[Sentence]:
    moved = card["model"].get("shift")
    if moved is None:
        return []
    share = words.numbers.share
    return [
        words.t(
            "On the days learned from {learned} left; on the later ones {later}, where {foretold} had been foretold. "
            "Scores are moved to the later rate, since rates change with the season.",
            learned=share(moved["learned_rate"]),
            later=share(moved["later_rate"]),
            foretold=share(moved["foretold_rate"]),
        ),
        words.t("What is said of groups below is said of scores so moved; the comparison is of scores as learned."),
    ]


def _judged_at(rows: Sequence[Card], words: Words) -> list[Tabled]:
    """Customers and rate of each cut-off; the last is that of the later period."""
    shown = [
        (str(row["cut_off"]), words.numbers.count(row["customers"]), words.numbers.share(row["rate"])) for row in rows
    ]
    headings = [words.t("Cut-off"), words.t("Customers"), words.t("Left")]
    return [Tabled(words.t("Left at each cut-off"), headings, shown)] if shown else []


def _decided(decisions: Sequence[Card], words: Words) -> list[Tabled]:
    rows = [
        (
            str(decision["subject"]),
            words.of(dict(DECISIONS), str(decision["code"])).plain,
            words.numbers.count(decision["count"]) if decision["count"] else "",
            str(decision["detail"]),
        )
        for decision in decisions
    ]
    headings = [words.t("What"), words.t("Decided"), words.t("How many"), words.t("Detail")]
    return [Tabled(words.t("What was decided, and why"), headings, rows, numbers=False)] if rows else []


def _compared(card: Card, words: Words) -> Section:
    rows = []
    for name, ways in card["measured"].items():
        for way, found in ways.items():
            label = f"{words.of(dict(FAMILIES), name).plain}, {words.of(dict(WAYS), way).plain}"
            rows.append(
                (
                    label,
                    _with_ends(found, "auc", words, 3),
                    _with_ends(found, "brier", words, 4),
                    _with_ends(found, "log_loss", words, 4),
                    words.numbers.decimal(found["lift_10"], 2),
                    words.numbers.share(found["capture_30"]),
                )
            )
    model = card["model"]
    says = [words.t("Chosen: {family}.", family=words.of(dict(FAMILIES), model["family"]).plain)]
    if model["checked"] != "later":
        says.append(words.t("Not checked on a later period."))
    for name, (gain, low, high) in model["gain"].items():
        decimal = words.numbers.decimal
        says.append(
            words.t(
                "Against {baseline} its log-loss is lower by {gain} (95% between {low} and {high}).",
                baseline=words.of(dict(FAMILIES), name).plain, gain=decimal(gain, 4), low=decimal(low, 4),
                high=decimal(high, 4),
            )
        )  # fmt: skip
    says.append(
        words.t(
            "AUC: how often a customer it happened to ranks before one it did not (0.5 is chance, 1 is perfect). "
            "Log-loss and Brier: how far foretold chances are from what happened; lower is better."
        )
    )
    headings = [
        words.t("Model"), words.t("AUC"), words.t("Brier"), words.t("Log-loss"), words.t("Lift, first tenth"),
        words.t("Leavers in the first 30%"),
    ]  # fmt: skip
    return Section(
        "compared", words.t("Compared"), says, tables=[Tabled(words.t("Models, judged in each way"), headings, rows)]
    )


def _with_ends(found: Card, name: str, words: Words, places: int) -> str:
    decimal = words.numbers.decimal
    if name not in found["intervals"]:
        return decimal(found[name], places)
    low, high = found["intervals"][name]
    return f"{decimal(found[name], places)} ({decimal(low, places)}–{decimal(high, places)})"


def _calibrated(card: Card, words: Words) -> Section:
    rows = card["calibration"]
    title = words.t("Is what it says what happens?")
    if len(rows) < 2:
        return Section("calibration", title, [words.t("It says the same of nearly everybody.")])
    label = words.t("Share foretold to leave, and share that left, tenth by tenth").plain
    worst = max(abs(row["predicted"] - row["actual"]) for row in rows)
    says = words.t(
        "Tenth by tenth, what happened differs from what was foretold by {most} in a hundred customers at most.",
        most=words.numbers.decimal(100 * worst, 1),
    )
    return Section("calibration", title, [says], picture=foretold_and_seen(rows, words, label))


def rules(card: Card, words: Words) -> Section:
    """The tree's rules."""
    title = words.t("Rules")
    said = [rule(found, words, card.get("days", ()), conditions(card, found, words)) for found in card["rules"]]
    if not said:
        return Section("rules", title, [words.t("No rule separates those who leave from those who stay.")])
    says = words.t("From a decision tree, counted on customers that it did not see; the rate with its 95% interval.")
    return Section("rules", title, [says], lists=[said])


def _bad_for(card: Card, words: Words) -> Section:
    found = card["bad_for"]
    title = words.t("Whom it serves badly")
    if not found:
        return Section(
            "bad", title, [words.t("No group was found whose leaving it misjudges by more than chance explains.")]
        )
    says = words.t("For these groups what was foretold is off by more than chance explains.")
    return Section("bad", title, [says], tables=[_groups(words.t("Groups misjudged"), found, card, words)])


def _fair(card: Card, words: Words) -> Section:
    found = card["fairness"]
    title = words.t("By age, sex and town")
    if not found:
        return Section("fairness", title, [words.t("The data has no column on age, sex or town to look at.")])
    says = words.t(
        "Flagged: among the tenth most likely to leave. Where leave rates differ, flagging differs with them; look for "
        "groups where what is foretold and what happened part."
    )
    tables = [
        _groups(words.of(dict(ROLES), role), [one for one in found if one["role"] == role], card, words)
        for role in dict.fromkeys(one["role"] for one in found)
    ]
    return Section("fairness", title, [says], tables=tables)


def _groups(caption: Sentence, groups: Sequence[Card], card: Card, words: Words) -> Tabled:
    percent = words.numbers.share

    def between(ends: Sequence[float]) -> str:
        return f"{percent(ends[0])}–{percent(ends[1])}"

    rows = [
        (
            group(card, one, words),
            words.numbers.count(one["customers"]),
            f"{percent(one['flagged'])} ({between(one['flagged_interval'])})",
            percent(one["foretold"]),
            f"{percent(one['rate'])} ({between(one['rate_interval'])})",
            words.numbers.decimal(one["brier"], 3),
        )
        for one in groups
    ]
    headings = [
        words.t("Group"), words.t("Customers"), words.t("Flagged"), words.t("Foretold"), words.t("Left"),
        words.t("Brier"),
    ]  # fmt: skip
    return Tabled(caption, headings, rows)


def _drift(card: Card, words: Words) -> Section:
    title = words.t("Since the last run")
    found = card["drift"]
    if found is None:
        return Section("drift", title, [words.t("There is no earlier run of the same target to compare with.")])
    later = found.get("later_rate_then") is not None
    then, now = ("later_rate_then", "later_rate_now") if later else ("base_rate_then", "base_rate_now")
    says = [
        words.t(
            "Since run {run} the leave rate went from {then} to {now}.",
            run=found["since"],
            then=words.numbers.share(found[then]),
            now=words.numbers.share(found[now]),
        ),
        *_since(card, words),
    ]
    rows = [
        (
            column(card, row["column"], words),
            words.numbers.decimal(row["psi"], 3),
            words.of(dict(VERDICTS), row["verdict"]).plain,
        )
        for row in found["columns"][:_COLUMNS_SHOWN]
    ]
    headings = [words.t("Column"), words.t("PSI"), words.t("Verdict")]
    return Section("drift", title, says, tables=[Tabled(words.t("Population stability"), headings, rows)])


def _since(card: Card, words: Words) -> list[Sentence]:
    """How well the model before did, and whether it looked as far."""
    found, decimal = card["drift"], words.numbers.decimal
    says = []
    if found.get("auc_then") is not None:
        then, now = decimal(found["auc_then"], 3), decimal(found["auc_now"], 3)
        says.append(words.t("Its AUC was {then}; now it is {now}.", then=then, now=now))
    if found.get("windows_then") is not None:
        days = words.numbers.count(found["windows_then"]["outcome_days"])
        says.append(words.t("It looked {days} days ahead, so the rates are not of the same thing.", days=days))
    return says


def columns(card: Card, words: Words) -> Section:
    """What became of every column."""
    rows = [
        (
            column(card, found["column"], words),
            words.of(dict(SCREENED), found["reason"]).plain,
            words.numbers.share(found["filled"]),
            column(card, found["detail"], words) if found["reason"] == "same-as" else found["detail"],
        )
        for found in card["screening"]
    ]
    headings = [words.t("Column"), words.t("Screening"), words.t("Filled"), words.t("Detail")]
    return Section(
        "columns", words.t("Columns"), tables=[Tabled(words.t("Every column, and why"), headings, rows, numbers=False)]
    )


def _limits(card: Card, words: Words) -> Section:
    says = [
        words.t(
            "It finds who is like those who left, not what would keep them: only a test with a control group tells "
            "that."
        ),
        words.t("It holds for customers like those it learned from; learn anew when the drift says so."),
    ]
    if card["model"]["checked"] != "later":
        says.append(
            words.t(
                "In a table without dates some columns may have been written after the leaving; those found were left "
                "out."
            )
        )
    if card["again"] and card["model"]["usable"]:
        says.append(words.t("Use it again: {command}", command=card["again"]))
    return Section("limits", words.t("Limits, and how to use it again"), says)
