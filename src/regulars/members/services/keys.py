"""Making, checking and rotating the keys of personal values."""

from datetime import datetime
from typing import Final

from django.db import transaction

from regulars.members.errors import KeysMissing, WrongKeys
from regulars.members.keyring import Generation, Keyring
from regulars.members.keys import cards_file, folder, keyring, make_key
from regulars.members.models import Key

_ADVICE: Final = "Put the folder `secrets` of the data folder back from its copy; nothing can be read without it."


@transaction.atomic
def make_first(*, at: datetime) -> None:
    """Keys for a new installation. Where there are some, that they are this database's. Raises KeysMissing, WrongKeys.

    A database that was sealed with other keys is never given new ones: what it holds would be lost unnoticed.
    """
    if Key.objects.exists():
        check()
        return
    if not folder().is_dir():
        make_key(folder() / "1")
    make_key(cards_file())
    generations = keyring().generations.values()
    Key.objects.bulk_create(_row(generation, at) for generation in generations)


def check() -> Keyring:
    """That the keys in the folder are those the database was sealed with. 1 query. Raises KeysMissing, WrongKeys."""
    needed = dict(Key.objects.filter(retired_at=None).values_list("generation", "fingerprint"))
    keys = keyring()
    for number, fingerprint in sorted(needed.items()):
        if number not in keys.generations:
            raise KeysMissing(f"The key of generation {number} is missing. {_ADVICE}", generation=number)
        if keys.generations[number].fingerprint != fingerprint:
            raise WrongKeys(f"The key of generation {number} is another installation's. {_ADVICE}", generation=number)
    return keys


def _row(generation: Generation, at: datetime) -> Key:
    return Key(generation=generation.number, fingerprint=generation.fingerprint, made_at=at)
