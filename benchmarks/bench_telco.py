"""Churn of a telephone company (Telco, 7,043 customers): our families beside scikit-learn's, over the same five folds.

python -m benchmarks.bench_telco

Each side runs in a process of its own; imports are left out of the time and left in the memory. Folds are stratified,
shuffled with random_state 0, as published comparisons do. Nothing is tuned on a test fold: our settings are fixed or
chosen by inner folds of the training part, the peer's are its defaults. The peer's columns are one-hot, its numbers
standardised for the regression.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from benchmarks.measuring import ROOT
from benchmarks.measuring import run as run_process

TELCO = ROOT.parent / "shared" / "data" / "telco" / "Telco-Customer-Churn.csv"
OURS = ("additive", "logistic", "tree")
PEERS = {"additive": "boosting", "logistic": "regression", "tree": "boosting"}
FOLDS = 5
Predict = Callable[[pa.Table, Any, pa.Table], Any]


def telco() -> tuple[pa.Table, Any]:
    """The table without its outcome (blanks are unknown), and whether the customer left."""
    read = pacsv.read_csv(TELCO, convert_options=pacsv.ConvertOptions(null_values=["", " "]))
    left = np.array([answer == "Yes" for answer in read["Churn"].to_pylist()])
    return read.drop_columns(["Churn"]), left


def ours(family: str) -> Predict:
    """Screening, learning and calibrating on the training part alone."""
    from regulars.insight.scoring.families import fit
    from regulars.insight.scoring.training import Training

    def predict(known: pa.Table, left: Any, asked: pa.Table) -> Any:
        training = Training.of(known, left, np.arange(len(left)))
        return fit(family, training, 7).probability(asked)

    return predict


def peer(kind: str) -> Predict:
    """scikit-learn with its defaults."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    def predict(known: pa.Table, left: Any, asked: pa.Table) -> Any:
        frames = [part.drop_columns(["customerID"]).to_pandas() for part in (known, asked)]
        numbers = make_column_selector(dtype_include="number")
        others = make_column_selector(dtype_exclude="number")
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        if kind == "regression":
            scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
            columns, model = (
                make_column_transformer((scaled, numbers), (one_hot, others)),
                LogisticRegression(max_iter=1000),
            )
        else:
            columns = make_column_transformer(("passthrough", numbers), (one_hot, others))
            model = HistGradientBoostingClassifier(random_state=7)
        fitted = make_pipeline(columns, model).fit(frames[0], left)
        return fitted.predict_proba(frames[1])[:, 1]

    return predict


def side(predict: Predict) -> dict[str, float]:
    """Mean AUC and Brier over the folds by scikit-learn's own measures, and the seconds of learning and predicting."""
    from sklearn.metrics import brier_score_loss, roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    table, left = telco()
    scores, seconds = [], 0.0
    for rest, part in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(left, left):
        started = time.perf_counter()
        probability = predict(table.take(rest), left[rest], table.take(part))
        seconds += time.perf_counter() - started
        scores.append((roc_auc_score(left[part], probability), brier_score_loss(left[part], probability)))
    auc, brier = np.mean(scores, axis=0)
    return {"auc": float(auc), "brier": float(brier), "seconds": seconds}


def run() -> list[dict[str, Any]]:
    """AUC and Brier per family beside the peer of its kind; nothing where the data are not here."""
    if not TELCO.exists():
        return []
    module = [sys.executable, "-m", "benchmarks.bench_telco"]
    theirs = {kind: run_process([*module, "--peer", kind]) for kind in ("regression", "boosting")}
    figures = []
    for family in OURS:
        mine, other = run_process([*module, "--ours", family]), theirs[PEERS[family]]
        one, two = json.loads(mine.output), json.loads(other.output)
        common = {
            "peer_is": PEERS[family],
            "seconds": round(one["seconds"], 1),
            "peer_seconds": round(two["seconds"], 1),
        }
        common |= {"peak_mb": mine.peak_mb, "peer_peak_mb": other.peak_mb}
        for measure in ("auc", "brier"):
            better = one[measure] / two[measure] if measure == "auc" else two[measure] / one[measure]
            scores = {"ours": round(one[measure], 4), "peer": round(two[measure], 4), "ratio": round(better, 3)}
            figures.append({"name": f"telco_{family}_{measure}"} | scores | common)
    for figure in figures:
        print(json.dumps(figure), flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", choices=("linear", *OURS))
    parser.add_argument("--peer", choices=("regression", "boosting"))
    given = parser.parse_args()
    if given.ours or given.peer:
        print(json.dumps(side(ours(given.ours) if given.ours else peer(given.peer))))
        return
    run()


if __name__ == "__main__":
    main()
