"""What agents take of sales through their channels, and what is spared where members come by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commission:
    """`agents`: permille of what is paid, by channel. `direct`: channels of one's own, which carry none. `instead`: the
    agent through whom whoever came by themselves would have come."""

    agents: Mapping[str, int]
    direct: tuple[str, ...]
    instead: str
    merchants: tuple[str, ...] = ()  # whose sales; none named: everybody's

    def paid(self, channel: str, revenue: int) -> int:
        """What the agent of a channel takes of so much.

        >>> hotel = Commission({"agent": 150}, ("web",), "agent")
        >>> hotel.paid("agent", 10_003), hotel.paid("web", 10_000)
        (1500, 0)
        """
        return _share(revenue, self.agents.get(channel, 0))

    def spared(self, channel: str, revenue_of_members: int) -> int:
        """What the same sales would have cost through the agent.

        >>> Commission({"agent": 150}, ("web",), "agent").spared("web", 9_200)
        1380
        """
        return _share(revenue_of_members, self.agents[self.instead]) if channel in self.direct else 0


def _share(amount: int, permille: int) -> int:
    """Of a month's sum, rounded to the nearest minor unit, halves up.

    >>> _share(10_010, 150), _share(10_003, 150), _share(-10, 50)
    (1502, 1500, 0)
    """
    return (amount * permille * 2 + 1000) // 2000
