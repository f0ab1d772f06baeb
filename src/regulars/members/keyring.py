"""Keys of personal values: sealing them, and finding them again without opening any.

A generation is one file with a secret of 32 bytes, from which a key for sealing (AES-256-GCM) and one for blinding
(HMAC-SHA-256) are derived. New values take the newest generation; older ones stay readable until they are rotated.
The keys never enter the database.
"""

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from secrets import token_bytes
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from regulars.members.errors import KeysMissing, WrongKeys

_NONCE: Final = 12  # bytes; drawn anew for each value
RETIRED: Final = "retired"  # the folder of keys that old copies may still need
BLIND: Final = 16  # bytes of a digest that are kept: two values never share them


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of keys."""

    number: int
    secret: bytes = field(repr=False)
    _sealing: AESGCM = field(init=False, repr=False, compare=False)
    _blinding: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sealing", AESGCM(derived(self.secret, "seal")))
        object.__setattr__(self, "_blinding", derived(self.secret, "blind"))

    def seal(self, text: str, context: str) -> bytes:
        """The value under this key, bound to its place: moved to another row it does not open."""
        nonce = token_bytes(_NONCE)
        return nonce + self._sealing.encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """What was sealed. Raises WrongKeys."""
        sealed = bytes(sealed)
        try:
            return self._sealing.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode()).decode()
        except InvalidTag as wrong:
            raise WrongKeys("A sealed value does not open: another key made it, or it was changed.") from wrong

    def blind(self, *parts: str) -> bytes:
        """A digest to look a value up by. Without the key nobody can make it, or try values against it."""
        return hmac.digest(self._blinding, "\x1f".join(parts).encode(), "sha256")[:BLIND]

    @property
    def fingerprint(self) -> str:
        """Tells keys apart and gives nothing away."""
        return derived(self.secret, "fingerprint").hex()[:16]


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every generation in use. Values are sealed with the newest; retired ones only open what they sealed."""

    generations: Mapping[int, Generation]
    retired: Mapping[int, Generation] = field(default_factory=dict)

    @property
    def newest(self) -> Generation:
        return self.generations[max(self.generations)]

    def open(self, key: int, sealed: bytes, context: str) -> str:
        """What was sealed with that generation. Raises KeysMissing, WrongKeys."""
        generation = self.generations.get(key) or self.retired.get(key)
        if generation is None:
            raise KeysMissing(f"The key of generation {key} is not in the secrets folder.", generation=key)
        return generation.open(sealed, context)

    def blinds(self, *parts: str) -> list[bytes]:
        """A digest a generation: while keys are rotated a value may stand under either."""
        return [generation.blind(*parts) for generation in self.generations.values()]


def derived(secret: bytes, use: str) -> bytes:
    """A key for one use. The secret is 32 random bytes, so one HMAC step (HKDF's expansion) is enough."""
    return hmac.digest(secret, f"regulars/{use}/1\x01".encode(), "sha256")


def keyring_in(folder: Path) -> Keyring:
    """The keys of a folder, read anew when a file was added or taken away. Raises KeysMissing."""
    if not folder.is_dir():
        raise KeysMissing(f"There are no keys of personal values in {folder}.")
    return _read(folder, folder.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(folder: Path, _changed: int) -> Keyring:
    found = _generations(folder)
    if not found:
        raise KeysMissing(f"There are no keys of personal values in {folder}.")
    retired = folder / RETIRED
    return Keyring(found, _generations(retired) if retired.is_dir() else {})


def _generations(folder: Path) -> dict[int, Generation]:
    numbers = sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())
    return {number: Generation(number, secret_of(folder / str(number))) for number in numbers}


def secret_of(path: Path) -> bytes:
    """The 32 bytes a key file holds. Raises KeysMissing."""
    try:
        secret = urlsafe_b64decode(path.read_bytes().strip())
    except (ValueError, OSError) as broken:
        raise KeysMissing(f"{path} is no key.") from broken
    if len(secret) != 32:
        raise KeysMissing(f"{path} is no key of 32 bytes.")
    return secret
