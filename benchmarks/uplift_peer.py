"""scikit-uplift's Qini and AUUC of given scores; run by the interpreter that has it."""

import json
import sys
import time

import numpy as np
from sklift.metrics import qini_auc_score, qini_curve, uplift_auc_score

with np.load(sys.argv[1]) as kept:
    score, treated, outcome = kept["score"], kept["treated"].astype(int), kept["outcome"].astype(int)
started = time.perf_counter()
normalised = qini_auc_score(outcome, score, treated)
auuc = uplift_auc_score(outcome, score, treated)
seconds = time.perf_counter() - started
people, gained = qini_curve(outcome, score, treated)
area = float(np.trapezoid(gained - people / people[-1] * gained[-1], people) / people[-1] / treated.sum())
print(json.dumps({"seconds": seconds, "qini": area, "normalised": float(normalised), "auuc_normalised": float(auuc)}))
