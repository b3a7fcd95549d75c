"""Who is calling. Each function answers with a frozen description of the caller, or refuses.

A caller belongs to one merchant, the one in his token or key; on another merchant's paths he is
refused with "wrong_merchant", whether or not there is such a merchant.

Whether a session still stands (not blocked, not signed out, still on duty) is asked of the
database for every request: by the functions here, or, on the hot routes, by the very statement
that does what was asked for (`member_to_be_asked`, `teller_to_be_asked`). Only a cashier
system's key is remembered, for at most STANDS_SECONDS: for that long a revoked key still works.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from flask import request

from app.domain import members, merchants
from app.kernel import audit, clock, keyring, numbers
from app.kernel.db import looking
from app.kernel.errors import DomainError, Forbidden
from app.web import tokens
from app.web.memory import Memory
from app.web.tokens import MemberToken, NotSignedIn, StaffToken

STANDS_SECONDS = 3.0
KEY_PREFIX = "kbk_"


class WrongMerchant(DomainError):
    code, status = "wrong_merchant", 403


class NotYourCounter(Forbidden):
    """The key has no scope for this."""

    code = "scope_missing"


class ManagersOnly(Forbidden):
    """For managers and owners, and this is a clerk."""

    code = "managers_only"


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Nobody in particular, in this merchant's shop."""

    merchant_id: int


@dataclass(frozen=True, kw_only=True)
class MemberOnLine:
    """A customer, through one mini-program, or (`is_web`) an official account's page."""

    merchant_id: int
    member_id: int
    app_id: int
    appid: str
    epoch: int
    openid_sealed: bytes = field(repr=False)
    is_web: bool = False

    @property
    def actor(self) -> str:
        return f"member:{self.member_id}"


class Teller(Protocol):
    """Whoever redeems vouchers at a store: a clerk, or the cashier system."""

    @property
    def merchant_id(self) -> int: ...
    @property
    def store_id(self) -> int: ...
    @property
    def store_name(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def staff_id(self) -> int | None: ...
    @property
    def api_key_id(self) -> int | None: ...
    @property
    def role(self) -> merchants.Role: ...


@dataclass(frozen=True, kw_only=True)
class StaffOnLine:
    """Somebody of the merchant's staff, at one store."""

    merchant_id: int
    staff_id: int
    store_id: int
    store_name: str
    role: merchants.Role
    api_key_id: None = None

    @property
    def actor(self) -> str:
        return f"staff:{self.staff_id}"


@dataclass(frozen=True, kw_only=True)
class KeyOnLine:
    """A cashier system. Its scopes stand for its role: with "reverse" it acts as a manager."""

    merchant_id: int
    api_key_id: int
    store_id: int
    store_name: str
    scopes: frozenset[str]
    staff_id: None = None

    @property
    def role(self) -> merchants.Role:
        is_manager = merchants.Scope.REVERSE in self.scopes
        return merchants.Role.MANAGER if is_manager else merchants.Role.CLERK

    @property
    def actor(self) -> str:
        return f"api_key:{self.api_key_id}"


@dataclass(frozen=True, kw_only=True)
class Scanner:
    """Whoever redeems. A clerk's `epoch` is for the verb to ask about; a key was asked about."""

    merchant_id: int
    actor: str
    store_id: int
    store_name: str | None
    staff_id: int | None
    epoch: int | None


_keys = Memory[KeyOnLine | None](seconds=STANDS_SECONDS)
_noted = Memory[bool](seconds=60)


def guest(merchant: str) -> Guest:
    """Anybody. Raises NotFound when there is no such merchant."""
    with looking():
        return Guest(merchant_id=merchants.merchant_id_of(merchant))


def member(merchant: str) -> MemberOnLine:
    """The customer whose token came along, and whose session stands."""
    caller = member_to_be_asked(merchant)
    with looking():
        stands = members.session_is_good(
            merchant_id=caller.merchant_id, member_id=caller.member_id, epoch=caller.epoch
        )
    if not stands:
        raise NotSignedIn("登录已过期，请重新登录")
    return caller


def member_to_be_asked(merchant: str) -> MemberOnLine:
    """The customer whose token came along, for verbs that ask for his session themselves."""
    token = _token()
    if not isinstance(token, MemberToken):
        raise Forbidden("This is for customers.")
    _same_merchant(merchant, token.merchant_id)
    return MemberOnLine(
        merchant_id=token.merchant_id,
        member_id=token.member_id,
        app_id=token.app_id,
        appid=token.appid,
        epoch=token.epoch,
        openid_sealed=token.openid_sealed,
        is_web=token.is_web,
    )


def openid_of(who: MemberOnLine) -> str:
    context = tokens.openid_context(who.merchant_id, who.member_id)
    return keyring.unseal(who.openid_sealed, context=context)


def staff(merchant: str) -> StaffOnLine:
    """The clerk whose token came along, if he is on duty at his store. Raises NotOnDuty."""
    return _on_duty(_staff_token(merchant))


def manager(merchant: str) -> StaffOnLine:
    """Like `staff`, for managers and owners. Raises NotOnDuty, ManagersOnly."""
    found = staff(merchant)
    if found.role not in {merchants.Role.OWNER, merchants.Role.MANAGER}:
        raise ManagersOnly("需要店长权限")
    return found


def teller(merchant: str, scope: merchants.Scope) -> Teller:
    """The clerk, or the cashier system whose key has that scope."""
    secret = _bearer()
    if not secret.startswith(KEY_PREFIX):
        return staff(merchant)
    return _with_key(merchant, secret, scope, is_hot=False)


def teller_to_be_asked(merchant: str, scope: merchants.Scope) -> Scanner:
    """Whoever scans, for a verb that asks by itself whether a clerk is on duty."""
    secret = _bearer()
    if secret.startswith(KEY_PREFIX):
        key = _with_key(merchant, secret, scope, is_hot=True)
        return Scanner(
            merchant_id=key.merchant_id,
            actor=key.actor,
            store_id=key.store_id,
            store_name=key.store_name,
            staff_id=None,
            epoch=None,
        )
    token = _staff_token(merchant)
    return Scanner(
        merchant_id=token.merchant_id,
        actor=f"staff:{token.staff_id}",
        store_id=token.store_id,
        store_name=None,
        staff_id=token.staff_id,
        epoch=token.epoch,
    )


def forget() -> None:
    """Ask anew, whatever is remembered."""
    for memory in (_keys, _noted):
        memory.forget()
    _number_of.cache_clear()


def _staff_token(merchant: str) -> StaffToken:
    token = _token()
    if not isinstance(token, StaffToken):
        raise Forbidden("This is for staff.")
    _same_merchant(merchant, token.merchant_id)
    return token


def _with_key(merchant: str, secret: str, scope: merchants.Scope, *, is_hot: bool) -> KeyOnLine:
    """A key is looked up among this merchant's, so another's is simply none."""
    with looking():
        merchant_id = merchants.merchant_id_of(merchant)
    asked = (merchant_id, keyring.fingerprint(secret))
    answer = _keys.recall_or_learn if is_hot else _keys.learn
    found = answer(asked, lambda: _find_key(merchant_id, secret))
    if found is None:
        raise NotSignedIn("This key is unknown or was revoked.")
    if scope not in found.scopes:
        raise NotYourCounter("This key may not do that.", scope=str(scope))
    return found


def _find_key(merchant_id: int, secret: str) -> KeyOnLine | None:
    with looking():
        found = merchants.find_api_key(merchant_id=merchant_id, secret=secret)
    if found is None:
        return None
    return KeyOnLine(
        merchant_id=merchant_id,
        api_key_id=found.key_id,
        store_id=found.store_id,
        store_name=found.store_name,
        scopes=frozenset(found.scopes),
    )


def _on_duty(token: StaffToken) -> StaffOnLine:
    try:
        with looking():
            duty = merchants.staff_at_store(
                merchant_id=token.merchant_id,
                staff_id=token.staff_id,
                epoch=token.epoch,
                store_id=token.store_id,
            )
    except merchants.NotOnDuty:
        note_off_duty(token)
        raise
    return StaffOnLine(
        merchant_id=token.merchant_id,
        staff_id=duty.staff_id,
        store_id=duty.store_id,
        store_name=duty.store_name,
        role=duty.role,
    )


def note_off_duty(who: "StaffToken | Scanner") -> None:
    """Somebody tried to work where he may not: people shall see that, once a minute."""
    asked = (who.merchant_id, who.staff_id, who.store_id)
    _noted.recall_or_learn(asked, lambda: _write_down(who))


def _write_down(who: "StaffToken | Scanner") -> bool:
    with looking():
        audit.record(
            merchant_id=who.merchant_id,
            actor=f"staff:{who.staff_id}",
            action="counter.refuse",
            subject=f"store:{who.store_id}",
            at=clock.now(),
        )
    return True


def _same_merchant(merchant: str, merchant_id: int) -> None:
    if _number_of(merchant_id) != merchant:
        raise WrongMerchant("This session belongs to another merchant.")


@lru_cache(maxsize=4096)
def _number_of(merchant_id: int) -> str:
    return numbers.for_merchant(merchant_id)


def _token() -> tokens.Token:
    return tokens.read(_bearer(), at=clock.now())


def _bearer() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotSignedIn("请先登录")
    return secret.strip()
