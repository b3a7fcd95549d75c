"""What the card bag of the platform remembers."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.simulator.open_platform.cards.types import DEPOSIT, MEMBER_CARD
from app.simulator.settings import App

NOT_VERIFY = "CARD_STATUS_NOT_VERIFY"
VERIFY_FAIL = "CARD_STATUS_VERIFY_FAIL"
VERIFY_OK = "CARD_STATUS_VERIFY_OK"
CARD_DELETED = "CARD_STATUS_DELETE"
DISPATCH = "CARD_STATUS_DISPATCH"
CARD_STATUSES = (NOT_VERIFY, VERIFY_FAIL, VERIFY_OK, CARD_DELETED, DISPATCH)

NORMAL = "NORMAL"
CONSUMED = "CONSUMED"
EXPIRE = "EXPIRE"
GIFTING = "GIFTING"
GIFT_TIMEOUT = "GIFT_TIMEOUT"
DELETE = "DELETE"
UNAVAILABLE = "UNAVAILABLE"
CODE_STATES = (NORMAL, CONSUMED, EXPIRE, GIFTING, GIFT_TIMEOUT, DELETE, UNAVAILABLE)

# An account may give its own codes and bonus from the start; stored value is a licence.
RIGHTS_AT_FIRST = frozenset({"custom_code", "bonus", "custom_cell"})


@dataclass(kw_only=True)
class Card:
    """A card as the merchant designed it. `deposited` holds the codes still to be handed out.

    `details` is what the type's object says beside base_info. `quantity` is what is left of
    `total_quantity`. Instants are unix seconds.
    """

    card_id: str
    app: App
    card_type: str
    base_info: dict[str, Any]
    details: dict[str, Any]
    quantity: int
    total_quantity: int
    created_at: float
    updated_at: float
    status: str = NOT_VERIFY
    refuse_reason: str = ""
    deposited: list[str] = field(default_factory=list)
    deposit_count: int = 0
    form: dict[str, Any] = field(default_factory=dict)
    pay_cell: bool = False
    self_consume: dict[str, Any] = field(default_factory=dict)
    reminded_at: float | None = None

    @property
    def custom_codes(self) -> bool:
        """Whether the merchant makes the codes."""
        return self.base_info.get("use_custom_code") is True

    @property
    def deposits_codes(self) -> bool:
        """Whether the merchant's codes are handed in beforehand."""
        return self.base_info.get("get_custom_code_mode") == DEPOSIT

    @property
    def is_member_card(self) -> bool:
        """Whether it carries bonus, balance and an activation."""
        return self.card_type == MEMBER_CARD


@dataclass(kw_only=True)
class Membership:
    """What a member card knows of its holder; `balance_fen` is money, `bonus` points."""

    active: bool = False
    number: str = ""
    bonus: int = 0
    balance_fen: int = 0
    custom_values: dict[str, str] = field(default_factory=dict)
    background_pic_url: str = ""
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class HeldCard:
    """One code of a card and who holds it. `old_codes` are those of the givers, first to last.

    `begin_at` and `end_at` are set when the card is good for a term from its receipt.
    """

    card_id: str
    code: str
    holder: str
    received_at: float
    begin_at: int | None = None
    end_at: int | None = None
    status: str = NORMAL
    outer_str: str = ""
    outer_id: str = ""
    giver: str = ""
    old_codes: tuple[str, ...] = ()
    marked_for: str = ""
    membership: Membership = field(default_factory=Membership)
    memos: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class Gift:
    """A card on its way to a friend. `friend` is empty while anybody with the link may take it."""

    gift_id: str
    card_id: str
    code: str
    giver: str
    friend: str
    chat_room: bool
    until: float
    status: str = "open"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One card behind a QR code, a shelf or cardExt; `begin_at` 0 leaves the beginning alone."""

    card_id: str
    code: str = ""
    openid: str = ""
    outer_str: str = ""
    outer_id: str = ""
    begin_at: int = 0
    once: bool = False


@dataclass(kw_only=True)
class QrTicket:
    """A card QR code, good until `until`."""

    ticket: str
    offers: tuple[Offer, ...]
    until: float
    taken: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class CardBag:
    """Everything about cards. Callers hold the world's lock.

    `moved` are codes that a friend took and nobody holds any more. `audit` says what becomes of
    new cards: pass, fail or hold. `no_old_code` leaves OldUserCardCode out of user_get_card.
    """

    cards: dict[str, Card] = field(default_factory=dict)
    held: dict[tuple[str, str], HeldCard] = field(default_factory=dict)
    moved: set[tuple[str, str]] = field(default_factory=set)
    gifts: dict[str, Gift] = field(default_factory=dict)
    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    sealed_codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    sealed_card_ids: dict[str, str] = field(default_factory=dict)
    activate_tickets: dict[str, tuple[str, str]] = field(default_factory=dict)
    qr_tickets: dict[str, QrTicket] = field(default_factory=dict)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    pay_rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    used_extensions: set[tuple[str, str, str]] = field(default_factory=set)
    testers: dict[str, frozenset[str]] = field(default_factory=dict)
    rights: dict[str, frozenset[str]] = field(default_factory=dict)
    audit: str = "pass"
    no_old_code: bool = False

    def may(self, appid: str, right: str) -> bool:
        """Whether the account has custom_code, bonus, custom_cell or balance."""
        return right in self.rights.get(appid, RIGHTS_AT_FIRST)

    def codes_of(self, card_id: str) -> list[HeldCard]:
        """Every code of a card, oldest first."""
        return [each for each in self.held.values() if each.card_id == card_id]
