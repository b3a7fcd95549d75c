"""Sums on paper: integer fen and basis points, never a float."""

from collections.abc import Sequence

BASIS_POINTS = 10_000


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` (fen or points, >= 0) in proportion to `weights` so that it adds up exactly.

    Largest remainder: everyone gets the floor of his share, and the units left over go to the
    largest remainders, the earlier one first among equals. All-zero weights count as equal ones.

    Raises ValueError when there is nobody to give to, or a number is negative.
    """
    if not weights or total < 0 or min(weights) < 0:
        raise ValueError("a split needs a total of 0 or more and weights of 0 or more")
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def part(amount: int, *, bp: int) -> int:
    """`bp` basis points of `amount`, rounded down: 250 bp of 1,000 fen are 25 fen."""
    return amount * bp // BASIS_POINTS


def yuan(amount_fen: int) -> str:
    """1234 -> "12.34", for people. Amounts below zero keep their sign."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"
