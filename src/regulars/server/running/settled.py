"""What a process does once all is loaded, before the first request or job."""

import gc
from typing import Final

YOUNG: Final = 50_000  # objects made since the collector of garbage last looked: a batch of purchases, a large page


def settle() -> None:
    """What is loaded by now stays for good: the collector need not look at it again. And it looks more rarely than by
    default: next to nothing of what a request or a batch makes is a circle, and what is none goes at once by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
