"""The job behind `regulars churn`: check what was asked, read, learn, write; and the outcome in a few sentences."""

import json
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from regulars.basics.progress import Progress
from regulars.history.engine import Engine
from regulars.insight.cards.forgetting import forget
from regulars.insight.report.words import translations
from regulars.insight.scoring.families import FAMILIES
from regulars.insight.settings import WrongSetting
from regulars.insight.tables.contract import contract_study
from regulars.insight.tables.keeping import MODEL, write_study
from regulars.insight.tables.leaving import KINDS
from regulars.insight.tables.reading import read_customer_table, tables_in
from regulars.insight.tables.study import Asked, study


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line said."""

    customers: Path | None
    events: Sequence[Path]
    out: Path
    target: str | None
    leavers: Sequence[str]
    id: str | None
    reason: str | None
    kinds: Path | None
    kind: str
    status: str | None
    normal: Sequence[str]
    value: str | None
    value_min: float | None
    top: str
    observe: int
    outcome: int
    families: str
    lang: str
    seed: int
    memory: str


def run(wanted: Wanted, *, progress: Progress) -> dict[str, Any]:
    """Does the whole job; gives back what summary.json holds. Raises WrongSetting before anything is read."""
    top = _share(wanted.top)
    asked = _asked(wanted)
    wanted.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=wanted.out, prefix=".work-") as folder,
        Engine(memory=wanted.memory, scratch=Path(folder) / "scratch") as engine,
    ):
        work = Path(folder)
        windows: dict[str, int] = {}
        if wanted.customers is not None:
            table = read_customer_table(wanted.customers, engine=engine, work=work, progress=progress)
            found = study(table, asked, engine=engine, progress=progress)
        else:
            tables, _ = tables_in(wanted.events, engine=engine, work=work, progress=progress)
            windows = {"observe": wanted.observe, "outcome": wanted.outcome}
            found = contract_study(tables, asked, engine=engine, progress=progress, **windows)
        settings = _settings(asked) | windows
        told = write_study(found, wanted.out, settings, engine=engine, lang=wanted.lang, top=top)
    return told | {"forgotten": forget(wanted.out / MODEL, named=[told["run"]])}


def in_words(told: Mapping[str, Any], out: Path, lang: str) -> list[str]:
    """What came of it."""
    found = told["measured"][told["checked"]]
    how = "on a later period" if told["checked"] == "later" else "cross-validated; not checked on a later period"
    said = [
        f"{told['left']:,} of {told['learned_from']:,} left ({told['base_rate']:.1%}).",
        f"Best model: {told['chosen']}. AUC {found['auc']:.3f}, Brier {found['brier']:.4f} ({how}).",
    ]
    for decision in told["decisions"]:
        if decision["code"] in ("gives-away", "names-leaving"):
            alone = f", AUC alone {decision['detail']}" if decision["detail"] else ""
            said.append(f"Left out: {decision['subject']} ({decision['code']}{alone}).")
    if not told["usable"]:
        said.append(f"Not usable ({told['why_not']}): no scores are written.")
    else:
        kept = told["retention"]
        said += told["rules"][:3]
        value = f" and {kept['caught_value']:.0%} of what left with them" if kept["caught_value"] is not None else ""
        said.append(
            f"retention.csv: {kept['customers']:,} customers by {kept['by'].replace('-', ' ')}"
            f"{' (' + kept['value_column'] + ')' if kept['value_column'] else ''}; such a list caught "
            f"{kept['caught']:.0%} of those who left{value}."
        )
    if told["forgotten"]:
        said.append(f"Old runs that made room: {', '.join(told['forgotten'])}.")
    said.append(f"Run {told['run']}. Open {out / 'index.html'}")
    return said


def _asked(wanted: Wanted) -> Asked:
    if (wanted.customers is not None) == bool(wanted.events):
        raise WrongSetting("Give a customer table or --events, and not both.")
    if (wanted.status is None) != (not wanted.normal):
        raise WrongSetting("--status COLUMN and --normal VALUE go together.")
    if wanted.kind not in KINDS:
        raise WrongSetting(f"--kind is one of {', '.join(KINDS)}, not {wanted.kind!r}.")
    families = [name.strip() for name in wanted.families.split(",") if name.strip()]
    unknown = [name for name in families if name not in FAMILIES]
    if unknown or not families:
        raise WrongSetting(f"--families takes {', '.join(FAMILIES)}, not {', '.join(unknown) or 'nothing'}.")
    translations(wanted.lang)  # an unknown language is refused before anything is read
    return Asked(
        target=wanted.target,
        leavers=wanted.leavers,
        id=wanted.id,
        reason=wanted.reason,
        kinds=_kinds(wanted.kinds) if wanted.kinds else {},
        kind=wanted.kind,
        status=wanted.status,
        normal=wanted.normal,
        value=wanted.value,
        value_min=wanted.value_min,
        families=families,
        seed=wanted.seed,
    )


def _kinds(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            given = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as broken:
        raise WrongSetting(f"--kinds {path}: {broken}.") from broken
    if not all(isinstance(kind, str) for kind in given.values()):
        raise WrongSetting(f'--kinds {path}: each line is "reason" = "kind".')
    return {str(reason): str(kind) for reason, kind in given.items()}


def _settings(asked: Asked) -> dict[str, Any]:
    """What makes a run another run, as JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(asked)))
    return plain


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise WrongSetting(f"--top is a share such as 30%, not {text!r}.")
    return share
