"""A shop with many members, clerks and vouchers, seeded in seconds, and the secrets to call it."""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import psycopg
from flask import Flask
from psycopg import sql

from app.domain import catalog, ledger, merchants, vouchers
from app.domain.catalog import Content
from app.kernel.db import transaction
from app.simulator.envelope import Envelope, wrap
from app.simulator.fresh import FreshWorld, new_app, new_world
from app.simulator.signing import Platform
from app.web import tokens
from bench import friends
from bench.crowd import CROWD, HISTORY

PRICE_FEN = 4900
OFFERS = 16
# As many as a wallet's first page shows.
VOUCHERS_EACH = 20
REDEEMED_EACH = 5
PLENTY = 1_000_000
PLENTY_EACH = 10_000


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much is seeded."""

    members: int
    clerks: int
    gifts: int
    helps: int

    @property
    def vouchers(self) -> int:
        """Those that can be redeemed."""
        return self.members * VOUCHERS_EACH

    @property
    def first_given(self) -> int:
        """From there on vouchers are wrapped as gifts; those before it are redeemed."""
        return self.vouchers // 2

    @property
    def sharers(self) -> int:
        """Members who ask their friends."""
        return self.helps // friends.HELPS_EACH

    @property
    def history(self) -> int:
        """Those that were redeemed before."""
        return self.members * REDEEMED_EACH


@dataclass(frozen=True, kw_only=True)
class World:
    """The ids in the database. Those of offers, members, clerks and vouchers run on without gaps."""

    merchant: int
    merchant_number: str
    store: int
    app: int
    appid: str
    channel: int
    channel_number: str
    mchid: str
    revision: int
    contents: list[Content]
    first_offer: int
    offer_numbers: list[str]
    first_member: int
    first_clerk: int
    first_voucher: int
    benefit_number: str
    gifts: list[str]
    first_gift: int
    tasks: list[str]
    first_task: int
    price: int = PRICE_FEN

    def for_bare(self) -> dict[str, object]:
        kept = {"merchant", "store", "app", "appid", "channel", "revision", "contents", "price"}
        kept.add("first_offer")
        return {name: value for name, value in asdict(self).items() if name in kept}


class Keys:
    """Everything that signs or seals: session tokens, show codes, WeChat's notices."""

    def __init__(self, world: World, wechat: FreshWorld) -> None:
        self._world = world
        self._apiv3_key = wechat.settings.merchants[0].apiv3_key
        self._platform = Platform(
            private_key_pem=wechat.settings.platform_private_key_pem,
            public_key_id=wechat.settings.public_key_id,
        )
        self._ends_at = int(tokens.ends_at(datetime.now(UTC)).timestamp())

    def of_member(self, member: int) -> str:
        world = self._world
        return tokens.write(
            tokens.MemberToken(
                merchant_id=world.merchant,
                member_id=member,
                app_id=world.app,
                appid=world.appid,
                openid_sealed=tokens.seal_openid(
                    f"o_bench{member}", merchant_id=world.merchant, member_id=member
                ),
                epoch=0,
                ends_at=self._ends_at,
            )
        )

    def of_clerk(self, clerk: int) -> str:
        return tokens.write(
            tokens.StaffToken(
                merchant_id=self._world.merchant,
                staff_id=clerk,
                store_id=self._world.store,
                epoch=0,
                ends_at=self._ends_at,
            )
        )

    def shown(self, voucher: int) -> str:
        """The QR text of this moment; good for thirty seconds at least."""
        code = vouchers.show_code(
            merchant_id=self._world.merchant,
            voucher_id=voucher,
            holder_version=1,
            at=datetime.now(UTC),
        )
        return code.qr_text

    def notice(self, *, payment: str, member: int, transaction: str) -> Envelope:
        """WeChat's word that this bill was paid; good for five minutes."""
        now = datetime.now(UTC)
        world = self._world
        return wrap(
            notice_id=f"EV-{transaction}",
            created_at=now.timestamp(),
            event_type="TRANSACTION.SUCCESS",
            original_type="transaction",
            summary="支付成功",
            resource={
                "mchid": world.mchid,
                "appid": world.appid,
                "out_trade_no": payment,
                "transaction_id": transaction,
                "trade_type": "JSAPI",
                "trade_state": "SUCCESS",
                "trade_state_desc": "支付成功",
                "bank_type": "OTHERS",
                "attach": "",
                "success_time": now.astimezone().isoformat(timespec="seconds"),
                "payer": {"openid": f"o_bench{member}"},
                "amount": {
                    "total": world.price,
                    "payer_total": world.price,
                    "currency": "CNY",
                    "payer_currency": "CNY",
                },
            },
            apiv3_key=self._apiv3_key,
            platform=self._platform,
            at=now.timestamp(),
            kind="true",
        )


def seed(app: Flask, database_url: str, scale: Scale) -> tuple[World, Keys]:
    """Fill an empty database: the shop by our verbs, the crowd by SQL."""
    wechat = new_world(app=new_app())
    with app.app_context(), transaction():
        world = open_shop(wechat)
    with psycopg.connect(database_url, autocommit=True) as connection:
        world = _fill(connection, world, scale)
        with app.app_context():
            world = _befriend(connection, world, scale)
        connection.execute("VACUUM ANALYZE")
    return world, Keys(world, wechat)


def open_shop(wechat: FreshWorld) -> World:
    """A shop with one benefit and a shelf of offers, by our verbs; ids of people are 0 still."""
    at = datetime.now(UTC)
    merchant = merchants.add_merchant(name="好味咖啡", at=at)
    store = merchants.add_store(merchant_id=merchant.id, name="人民广场店", actor="system", at=at)
    account, app = wechat.settings.merchants[0], wechat.settings.apps[0]
    merchants.add_app(
        merchant_id=merchant.id,
        appid=app.appid,
        kind=merchants.AppKind.MINI_PROGRAM,
        name="小程序",
        secret=app.secret,
        at=at,
    )
    channel = merchants.add_pay_channel(
        merchant_id=merchant.id,
        mode=merchants.PayMode.DIRECT,
        mchid=account.mchid,
        sub_mchid=None,
        serial=account.certificate_serial,
        private_key_pem=wechat.merchant_private_key_pem,
        apiv3_key=account.apiv3_key,
        public_key_id=wechat.settings.public_key_id,
        public_key_pem=wechat.platform_public_key_pem,
        at=at,
    )
    ledger.open_house_accounts(merchant.id)
    revision = _publish_benefit(merchant.id, at)
    offers = [_publish_offer(merchant.id, revision.benefit_id, at) for _ in range(OFFERS)]
    sold = catalog.for_sale(merchant_id=merchant.id, offer_number=offers[0].number)
    return World(
        merchant=merchant.id,
        merchant_number=str(merchant.number),
        store=store.id,
        app=merchants.get_app(merchant_id=merchant.id, appid=app.appid).app_id,
        appid=app.appid,
        channel=channel.id,
        channel_number=channel.number,
        mchid=account.mchid,
        revision=revision.id,
        contents=list(sold.contents),
        first_offer=offers[0].id,
        offer_numbers=[offer.number for offer in offers],
        first_member=0,
        first_clerk=0,
        first_voucher=0,
        benefit_number=revision.benefit_number,
        gifts=[],
        first_gift=0,
        tasks=[],
        first_task=0,
    )


def _publish_benefit(merchant_id: int, at: datetime) -> catalog.BenefitRevision:
    draft = catalog.add_benefit(
        merchant_id=merchant_id,
        kind=catalog.BenefitKind.EXCHANGE,
        name="热拿铁兑换券",
        market_value_fen=3200,
        cost_fen=900,
        face={"thing": "热拿铁1杯"},
        conditions=catalog.Conditions(validity=catalog.Days(count=30)),
        hand_over="给一杯热拿铁",
        actor="system",
        at=at,
    )
    return catalog.publish_benefit(
        merchant_id=merchant_id, benefit_number=draft.benefit_number, actor="system", at=at
    )


def _publish_offer(merchant_id: int, benefit_id: int, at: datetime) -> catalog.Offer:
    draft = catalog.add_offer(
        merchant_id=merchant_id,
        kind=catalog.OfferKind.SINGLE,
        title="热拿铁双杯",
        price_fen=PRICE_FEN,
        items=[(benefit_id, 2)],
        stock=PLENTY,
        per_member_limit=PLENTY_EACH,
        actor="system",
        at=at,
    )
    return catalog.publish_offer(
        merchant_id=merchant_id, number=draft.number, actor="system", at=at
    )


def _fill(connection: psycopg.Connection, world: World, scale: Scale) -> World:
    known = {
        "merchant": world.merchant,
        "appid": world.appid,
        "store": world.store,
        "app": world.app,
        "channel": world.channel,
        "offer": world.first_offer,
        "revision": world.revision,
        "price": world.price,
        "members": scale.members,
        "people": scale.members + scale.clerks,
        "vouchers": scale.vouchers,
        "history": scale.history,
    }
    literals = {name: sql.Literal(value) for name, value in known.items()}
    for statement in (*CROWD, *HISTORY):
        connection.execute(sql.SQL(statement).format(**literals))
    counted = {
        "members": scale.members,
        "staff": scale.clerks,
        "vouchers": scale.vouchers + scale.history,
    }
    firsts = {table: _first(connection, table, count) for table, count in counted.items()}
    _first(connection, "offers", OFFERS)
    return replace(
        world,
        first_member=firsts["members"],
        first_clerk=firsts["staff"],
        first_voucher=firsts["vouchers"],
    )


def _befriend(connection: psycopg.Connection, world: World, scale: Scale) -> World:
    """Gifts of vouchers that nobody redeems, and tasks of the first members."""
    at = datetime.now(UTC)
    first = world.first_voucher + scale.first_given
    with transaction():
        gifts = friends.wrap(
            merchant_id=world.merchant,
            voucher_ids=list(range(first, first + scale.gifts)),
            at=at,
        )
    with transaction():
        tasks = friends.ask_for_help(
            merchant_id=world.merchant,
            benefit_id=world.contents[0]["benefit_id"],
            benefit_number=world.benefit_number,
            tasks=scale.helps,
            at=at,
        )
    return replace(
        world,
        gifts=gifts,
        first_gift=_first(connection, "gifts", scale.gifts),
        tasks=tasks,
        first_task=_first(connection, "assist_tasks", scale.helps),
    )


def _first(connection: psycopg.Connection, table: str, count: int) -> int:
    """The first id, if they run on without gaps, as the generators assume."""
    query = sql.SQL("SELECT min(id), max(id), count(*) FROM {}").format(sql.Identifier(table))
    told = connection.execute(query).fetchone()
    first, last, found = told or (0, 0, 0)
    if (last - first + 1, found) != (count, count):
        raise RuntimeError(f"{table} was seeded with gaps: {first} to {last}, {found} rows")
    return int(first)


def a_secret() -> bytes:
    return secrets.token_bytes(32)
