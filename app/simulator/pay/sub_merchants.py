"""Merchants, and the shops that stand under a service provider."""

from typing import Any

from app.simulator.errors import PayRefused
from app.simulator.pay.reading import signer
from app.simulator.world import World


def check_sub_mchid(body: dict[str, Any], *, required: bool = False) -> None:
    """Refuse a sub_mchid that is missing, the signer's own, or no shop of the signer's."""
    sub_mchid = body.get("sub_mchid")
    if not sub_mchid:
        if required:
            raise PayRefused("PARAM_ERROR", "缺少sub_mchid", number=268443705)
        return
    if sub_mchid == signer().mchid:
        raise PayRefused("PARAM_ERROR", "sub_mchid不能与服务商商户号相同", number=268443704)
    if sub_mchid not in signer().sub_mchids:
        raise PayRefused("NO_AUTH", "特约商户与服务商无受理关系", number=268443701)


def is_merchant(world: World, mchid: str) -> bool:
    """Whether somebody has this number."""
    return mchid in world.merchants or any(
        mchid in each.sub_mchids for each in world.merchants.values()
    )


def name_of(world: World, mchid: str) -> str:
    """A merchant's full name where it is known."""
    merchant = world.merchants.get(mchid)
    return merchant.name if merchant else ""
