"""What I tell about myself: a name and a picture, both of them when I like."""

import secrets

from apiflask import APIBlueprint
from flask import Response, request

from app.domain import members, merchants
from app.domain.members import NicknameRefused
from app.domain.risk import Action, Per
from app.gateways import App, gateways
from app.gateways.content import Scene
from app.kernel.db import transaction
from app.kernel.errors import Busy, DomainError
from app.web import auth, limits, parse, uploads
from app.web.answers import answer, nothing
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Line40
from miniprogram_api.presenters.people import AvatarKept, present_avatar

bp = APIBlueprint("profile", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


class TellName(Asked):
    """At most 32 characters."""

    nickname: Line40


@bp.post("/profile")
@documented(who=[MEMBER], body=TellName, told={204: None}, refuses=[502])
def set_nickname(merchant: str) -> Response:
    """Go by this name. WeChat judges it first."""
    member, wanted = auth.member(merchant), parse.body(TellName)
    _count(member)
    nickname = members.normal_nickname(wanted.nickname)
    _judge(nickname, member)
    who = {"merchant_id": member.merchant_id, "member_id": member.member_id}
    with transaction():
        # While WeChat judged he may have closed his account.
        members.hold_session(**who, epoch=member.epoch)
        members.set_nickname(**who, nickname=nickname)
    return nothing()


@bp.post("/profile/avatar")
@documented(who=[MEMBER], upload="file", told={201: AvatarKept})
def set_avatar(merchant: str) -> Response:
    """Hand a picture in, as a form with the field `file` (JPEG, PNG or WebP of 5 MiB at most).

    It is drawn anew, without place, time or camera; the one before is gone.
    """
    member = auth.member(merchant)
    _count(member)
    with transaction():
        number = members.get_member(
            merchant_id=member.merchant_id, member_id=member.member_id
        ).number
    # A folder for this picture alone, so that nobody deletes the same one handed in again.
    folder = f"{members.AVATAR_FOLDER}{number}-{secrets.token_hex(4)}"
    key = uploads.keep(request, owner=merchant, folder=folder)
    try:
        before = _show(key, member)
    except DomainError:
        gateways().files.delete(key)
        raise
    if before:
        gateways().files.delete(before)
    return answer(present_avatar(key), 201)


def _show(key: str, member: auth.MemberOnLine) -> str | None:
    """The key of the picture before. Raises SessionEnded, and Busy when his files just went."""
    who = {"merchant_id": member.merchant_id, "member_id": member.member_id}
    with transaction():
        members.hold_session(**who, epoch=member.epoch)
        if gateways().files.get(key) is None:
            raise Busy("头像正在清除，请稍后再试")
        return members.set_avatar(**who, avatar=key)


def _judge(nickname: str, member: auth.MemberOnLine) -> None:
    """Raises NicknameRefused unless WeChat lets it pass, and GatewayError when it cannot say.

    The platform judges only what is written in a mini-program by somebody who is there.
    """
    if member.is_web:
        raise NicknameRefused("请在小程序里修改昵称")
    with transaction():
        keys = merchants.get_app(merchant_id=member.merchant_id, appid=member.appid)
    check = gateways().content(App(appid=keys.appid, secret=keys.secret))
    verdict = check.check_text(
        openid=auth.openid_of(member), text=nickname, scene=Scene.PROFILE, nickname=nickname
    )
    if not verdict.may_be_shown:
        raise NicknameRefused("昵称未通过内容安全检查，请换一个")


def _count(member: auth.MemberOnLine) -> None:
    who = {Per.MEMBER: str(member.member_id)}
    limits.check(Action.PROFILE, merchant_id=member.merchant_id, who=who)
