"""A request number asks for one thing once: asked again, it gets the same answer again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.simulator.errors import PayRefused
from app.simulator.settings import Merchant
from app.simulator.world import World

Answer = dict[str, Any]


@dataclass(kw_only=True)
class Repeats:
    """What was asked and answered, by merchant, kind of request and its number."""

    done: dict[tuple[str, str, str], tuple[Any, Answer]] = field(default_factory=dict)


def once(
    world: World,
    *,
    merchant: Merchant,
    kind: str,
    number: str,
    asked: Any,
    work: Callable[[], Answer],
) -> Answer:
    """The answer to this number, made by `work` the first time. Hold the lock.

    RESOURCE_ALREADY_EXISTS when the number once asked for something else. What was refused may
    be asked again with the same number.
    """
    done = world.part(Repeats).done
    key = (merchant.mchid, kind, number)
    if key not in done:
        done[key] = (asked, work())
    before, answer = done[key]
    if before != asked:
        raise PayRefused("RESOURCE_ALREADY_EXISTS", "请求单号已使用,且请求参数与首次不一致")
    return answer
