from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from app.domain import gifting, sharing, vouchers
from app.kernel.paging import Page
from app.web.words import Told


class WalletItem(Told):
    """A voucher as the wallet lists it; `face` says what it is worth at the till."""

    voucher: str
    name: str
    kind: str
    face: str
    state: str
    card: str
    card_title: str
    market_value_fen: int
    valid_from: datetime
    valid_until: datetime


class Wallet(Told):
    items: list[WalletItem]
    next_cursor: str | None


class TimelineItem(Told):
    """What happened; `reference` is the number of an order or a redemption, `store` where it was."""

    at: datetime
    action: str
    text: str
    reference: str | None
    store: str | None


class VoucherView(WalletItem):
    """One voucher with its conditions in words and everything that happened to it.

    `can_gift`, `can_share`: what POST …/gifts and …/shares would answer to its holder now.
    """

    can_gift: bool
    can_share: bool
    condition_lines: list[str]
    hand_over: str
    issued_at: datetime
    timeline: list[TimelineItem]


class CodeView(Told):
    """Show the QR text as a picture, the digits as a barcode; ask again at `valid_until`."""

    digits: str
    qr_text: str
    valid_until: datetime


def present_wallet(page: Page[vouchers.WalletVoucher]) -> Wallet:
    items = [_present_item(voucher) for voucher in page.items]
    return Wallet(items=items, next_cursor=page.next_cursor)


def present_voucher(
    voucher: vouchers.HeldVoucher,
    *,
    condition_lines: list[str],
    timeline: Sequence[vouchers.TimelineLine],
    at: datetime,
) -> VoucherView:
    return VoucherView(
        **structs.asdict(_present_item(voucher)),
        can_gift=gifting.is_giftable(voucher, at=at),
        can_share=sharing.is_shareable_once(voucher, at=at),
        condition_lines=condition_lines,
        hand_over=voucher.terms.hand_over,
        issued_at=voucher.issued_at,
        timeline=[
            TimelineItem(
                at=line.at,
                action=line.action,
                text=line.text,
                reference=line.reference,
                store=line.store_name,
            )
            for line in timeline
        ],
    )


def present_code(code: vouchers.ShowCode) -> CodeView:
    return CodeView(digits=code.digits, qr_text=code.qr_text, valid_until=code.valid_until)


def _present_item(voucher: vouchers.WalletVoucher) -> WalletItem:
    terms = voucher.terms
    return WalletItem(
        voucher=voucher.number,
        name=terms.name,
        kind=terms.kind.value,
        face=terms.face_text,
        state=voucher.state,
        card=voucher.card_number,
        card_title=voucher.card_title,
        market_value_fen=terms.market_value_fen,
        valid_from=voucher.valid_from,
        valid_until=voucher.valid_until,
    )
