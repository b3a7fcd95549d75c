"""What WeChat may tell us at a message door, in our words; one kind each, and nothing raw."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Said:
    """Somebody wrote. What he wrote stays in WeChat, where the shop's people answer it."""

    kind: str


@dataclass(frozen=True, kw_only=True)
class Followed:
    """`scene` is what the code he came by says, if he came by one."""

    scene: str | None


@dataclass(frozen=True, kw_only=True)
class Unfollowed:
    """He follows no more."""


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """He follows already, and scanned a code."""

    scene: str | None


@dataclass(frozen=True, kw_only=True)
class MenuClicked:
    key: str


@dataclass(frozen=True, kw_only=True)
class GrantAnswers:
    """What was answered to "may we tell you?", by template id: accept, reject, …"""

    answers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class GrantsWithdrawn:
    """Templates that the person has forbidden since, in WeChat's own settings."""

    template_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MessageResult:
    """`errcode` is 0 when it arrived."""

    template_id: str
    msg_id: str
    errcode: int


@dataclass(frozen=True, kw_only=True)
class MessageSettled:
    """What became of subscribe messages."""

    results: tuple[MessageResult, ...]


@dataclass(frozen=True, kw_only=True)
class TemplateSettled:
    """What became of a template message; `reason` is the platform's, when it did not arrive."""

    msg_id: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class CardFailed:
    """A service card that the platform took did not reach its person, or not in this state.

    `transaction_id` is the payment that the card stands on; `reason` is the platform's number.
    """

    openid: str = field(repr=False)
    transaction_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProfileChanged:
    """Somebody is called otherwise now, or looks otherwise; how, the platform does not say."""

    openid: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ChatEntered:
    """Somebody opened a mini-program's customer-service chat, and has not written anything."""


@dataclass(frozen=True, kw_only=True)
class AuthorizationRevoked:
    """Somebody takes back what the app may know: 6 nickname and picture, 8 phone, …"""

    openid: str = field(repr=False)
    codes: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class AccountClosed:
    """Somebody's account is no more."""

    openid: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CardEvent:
    """Something happened to a card in the bag. Only what its `event` carries is set.

    `friend` is the giver of a card that was got, the receiver of one that is given away. Money is
    fen. `more` holds what only that event has, by the platform's names.
    """

    event: str
    card_id: str | None
    code: str | None
    friend: str | None
    old_code: str | None
    outer: str | None
    unionid: str | None
    is_gift: bool
    is_returned: bool
    is_to_group: bool
    is_restored: bool
    transaction_id: str | None
    fee_fen: int | None
    more: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ShippingWanted:
    """The platform wants orders of this mini-program to be reported as shipped from now on."""

    text: str


@dataclass(frozen=True, kw_only=True)
class ShippingReminder:
    """An order that was paid is not reported as shipped yet."""

    transaction_id: str
    payment_number: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """An order was reported as shipped, or taken as received: when its money is released."""

    transaction_id: str
    payment_number: str
    is_confirmed: bool
    settles_at: int | None


@dataclass(frozen=True, kw_only=True)
class TradeControlled:
    """The platform limits what this mini-program may sell."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Violation:
    """The platform says that this app broke a rule."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Nothing that means anything to us."""

    event: str


Told = (
    Said
    | Followed
    | Unfollowed
    | Scanned
    | MenuClicked
    | GrantAnswers
    | GrantsWithdrawn
    | MessageSettled
    | TemplateSettled
    | CardFailed
    | ProfileChanged
    | ChatEntered
    | AuthorizationRevoked
    | AccountClosed
    | CardEvent
    | ShippingWanted
    | ShippingReminder
    | Settlement
    | TradeControlled
    | Violation
    | Unknown
)
