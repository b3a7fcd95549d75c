"""Passwords in tests are hashed at next to no cost: there they are only right or wrong.

What a guess costs in earnest is asked of `LIVE`, by a test of its own.
"""

from argon2 import PasswordHasher

from app.domain.accounts import passwords

LIVE, LIVE_NOBODYS = passwords._hasher, passwords.NOBODYS
CHEAP = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


def make_cheap():
    passwords._hasher = CHEAP
    passwords.NOBODYS = CHEAP.hash("nobody has this password")
