"""Passwords: hashed with argon2id, and refused when anybody would guess them."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.accounts.errors import WeakPassword

SHORTEST, LONGEST = 10, 200
FEWEST_CHARACTERS = 4
"""Different ones; `aaaaaaaaaa` is no password."""

COMMON = frozenset(
    {
        "1234567890",
        "12345678910",
        "0123456789",
        "qwertyuiop",
        "password12",
        "password123",
        "woaini1314520",
    }
)
# RFC 9106's second choice, for machines that have better things to do with 2 GiB.
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
NOBODYS = _hasher.hash("nobody has this password")
"""Checked for names that do not exist, so that they take as long as those that do."""


def hashed(password: str, *, login: str) -> str:
    """What is kept of a password. Raises WeakPassword."""
    _check(password, login)
    return _hasher.hash(password)


def is_right(password: str, kept: str) -> bool:
    if len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Made with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)


def _check(password: str, login: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"密码需 {SHORTEST} 至 {LONGEST} 个字符", least=SHORTEST)
    plain = password.lower()
    if plain in COMMON or len(set(plain)) < FEWEST_CHARACTERS or login.lower() in plain:
        raise WeakPassword("密码过于简单，请换一个", least=SHORTEST)
