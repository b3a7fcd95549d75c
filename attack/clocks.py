"""How long a comparison of secrets takes must not tell how much of a guess was right.

Measured inside the process, where differences are largest: a guess that is wrong in its first
letter against one that is wrong in its last, by turns, some thousand times each. The two means may
differ by no more than chance and a hundredth of the call explain.
"""

import ast
import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.domain.accounts import known
from app.domain.vouchers import codes
from app.gateways import signatures
from app.kernel import clock
from app.web import tokens
from attack.stage import Stage
from attack.tally import Tally
from tests.builders.orders import shown

ROUNDS, QUICK_ROUNDS, BATCH = 4000, 600, 8
# Beyond this nobody calls it chance: of ten thousand honest runs not one reaches it.
T_LIMIT = 5.0
# A difference this small is drowned by the network a thousand times over.
SMALLEST_SHARE = 0.01
# The quicker half: what the machine did meanwhile only ever adds.
KEPT_SHARE = 0.5
CODE = Path(__file__).parents[1]
SOURCES = ("app", "miniprogram_api", "wechat_handlers", "jobs")
# Names under which secrets are that somebody outside may guess.
SECRET_NAMES = ("signature", "digest", "mac", "hmac", "proof", "code_hash", "token_hash", "totp")

Guess = Callable[[str], object]


def run(stage: Stage, tally: Tally) -> None:
    rounds = QUICK_ROUNDS if stage.is_quick else ROUNDS
    with stage.app.app_context():
        for name, right, check in _comparisons(stage):
            t, share = leak(check, right, rounds=rounds)
            tally.expect(not tells(t, share), f"{name}: t {t:.1f}, {share:.1%} of the call")
            tally.note(f"{name}: t {t:+.1f}, {share:+.2%} of the call")
    for where in plain_comparisons(CODE):
        tally.expect(held=False, what=f"a secret is compared by == in {where}")
    tally.expect(held=True, what="the sources are read")


def tells(t: float, share: float) -> bool:
    """Whether that is more than chance, and more than nothing."""
    return abs(t) > T_LIMIT and abs(share) > SMALLEST_SHARE


def leak(check: Guess, right: str, *, rounds: int) -> tuple[float, float]:
    """Welch's t between the two kinds of wrong guess, and the difference as a share of the call."""
    first, last = _wrong_at(right, 0), _wrong_at(right, len(right) - 1)
    times: tuple[list[float], list[float]] = ([], [])
    gc.disable()
    try:
        for turn in range(rounds):
            # By turns, and each first as often as the other.
            for side in (0, 1) if turn % 2 else (1, 0):
                times[side].append(_seconds(check, (first, last)[side]))
    finally:
        gc.enable()
    return welch(*(sorted(each)[: int(rounds * KEPT_SHARE)] for each in times))


def welch(one: list[float], other: list[float]) -> tuple[float, float]:
    """t, and the difference of the means as a share of the first."""
    mean_one, mean_other = statistics.fmean(one), statistics.fmean(other)
    error = (statistics.variance(one) / len(one) + statistics.variance(other) / len(other)) ** 0.5
    difference = mean_other - mean_one
    return difference / error if error else 0.0, difference / mean_one


def _seconds(check: Guess, guess: str) -> float:
    began = time.perf_counter()
    for _each in range(BATCH):
        with suppress(Exception):
            check(guess)
    return time.perf_counter() - began


def _wrong_at(right: str, place: int) -> str:
    """The same with one letter changed, to one of the same kind."""
    letter = {"0": "1", "A": "B", "a": "b"}.get(
        right[place], "0" if right[place].isdigit() else "A"
    )
    return right[:place] + letter + right[place + 1 :]


def _comparisons(stage: Stage) -> Iterator[tuple[str, str, Guess]]:
    """By name: the right answer, and what looks at a guess. All of it is ours, nothing is asked."""
    ours = stage.town.ours
    bearer = ours.member.bearer
    front, _, signature = bearer.rpartition(".")
    yield "token", signature, lambda guess: tokens.read(f"{front}.{guess}", at=clock.now())
    code = shown(ours, ours.voucher(), at=clock.now())
    for name, text in (("show code in digits", code.digits), ("show code as a QR", code.qr_text)):
        scanned = codes.read_code(text)
        yield name, scanned.code, partial(_check_code, ours.id, scanned)
    right = signatures.push_signature("door-token", "1700000000", "nonce")
    yield "push signature", right, lambda guess: signatures.is_same(guess, right)
    mark = known.mark_for(merchant_id=ours.id, staff_id=1)
    name, _, proof = mark.rpartition(".")
    yield (
        "browser's mark",
        proof,
        lambda guess: known.is_ours(f"{name}.{guess}", merchant_id=ours.id),
    )


def _check_code(merchant_id: int, scanned: codes.ScannedCode, guess: str) -> None:
    codes.check_code(
        replace(scanned, code=guess), merchant_id=merchant_id, holder_version=1, at=clock.now()
    )


def plain_comparisons(root: Path) -> list[str]:
    """Where the sources compare something of such a name by == or !=, as "file:line"."""
    found = []
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            if "simulator" not in path.parts:
                found += [f"{path.relative_to(root)}:{line}" for line in _plain_in(path)]
    return found


def _plain_in(path: Path) -> list[int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    compared = (each for each in ast.walk(tree) if isinstance(each, ast.Compare))
    return [
        each.lineno
        for each in compared
        if any(isinstance(how, ast.Eq | ast.NotEq) for how in each.ops)
        and any(_is_secret(side) for side in (each.left, *each.comparators))
    ]


def _is_secret(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return str(name).lower().endswith(SECRET_NAMES)
