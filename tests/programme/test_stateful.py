"""Random stories of a shop, year ends and clock changes: the programme does what the model does.

REGULARS_SOAK_STEPS says how many, for the long run.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.programme.programme_machine import ProgrammeMachine

STEPS = int(os.environ.get("REGULARS_SOAK_STEPS", "150"))
STEPS_EACH = 50


@pytest.mark.slow
def test_the_programme_does_what_the_model_does(db: None) -> None:
    long = settings(
        max_examples=max(1, STEPS // STEPS_EACH),
        stateful_step_count=STEPS_EACH,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=False,
    )
    run_state_machine_as_test(ProgrammeMachine, settings=long)
