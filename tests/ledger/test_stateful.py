"""Random deeds, year ends and clock changes: the ledger does what the model does.

REGULARS_SOAK_STEPS says how many, for the long run.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from tests.ledger.machine import LedgerMachine
from tests.ledger.people_machine import PeopleMachine

STEPS = int(os.environ.get("REGULARS_SOAK_STEPS", "300"))
STEPS_EACH = 50


@pytest.mark.slow
@pytest.mark.parametrize(("machine", "steps"), [(LedgerMachine, STEPS), (PeopleMachine, STEPS // 3)])
def test_the_books_do_what_the_model_does(machine: type[RuleBasedStateMachine], steps: int, db: None) -> None:
    long = settings(
        max_examples=max(1, steps // STEPS_EACH),
        stateful_step_count=STEPS_EACH,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=False,
    )
    run_state_machine_as_test(machine, settings=long)
