"""How the installation is. What only the floors above know, they bring along when they start."""

from collections.abc import Callable, Mapping

_checks: list[Callable[[], Mapping[str, str]]] = []


def take_part(check: Callable[[], Mapping[str, str]]) -> None:
    """A check answers each part by name: "ok", or what is the matter. Asked for the page of the state alone."""
    if check not in _checks:
        _checks.append(check)


def state() -> dict[str, str]:
    """All of it. As many queries as the checks ask."""
    return {name: told for check in _checks for name, told in check().items()}
