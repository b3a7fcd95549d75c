"""Codes that nobody may guess."""

import secrets
import string

# Codes may have twenty characters: 31^20 of them.
CODE_LENGTH = 20
CODE_LETTERS = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("01OIL")))


def new_code() -> str:
    """Twenty characters that are not mistaken for each other."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
