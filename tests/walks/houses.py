"""Two merchants with one of everything, and people whom the pretend WeChat knows."""

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO

import requests
from PIL import Image
from sqlalchemy import select

from app.domain import approvals, catalog, members, merchants, orders, vouchers
from app.domain.members import Member
from app.domain.merchants import Role, Scope
from app.kernel import clock, keyring
from app.kernel.db import db, reading, transaction
from app.web import tokens
from tests.api.calling import (
    real_account,
    real_app,
    real_channel,
    token_of_member,
    token_of_staff,
)
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.gifting import a_gift, token_of
from tests.builders.members import a_member, a_unionid
from tests.builders.merchants import a_clerk, a_merchant, a_store, an_api_key
from tests.builders.messaging import a_template
from tests.builders.orders import Shop, a_voucher, a_wish, shown
from tests.builders.redemption import a_redemption
from tests.builders.sharing import SHAREABLE, a_new_voucher, a_share
from tests.simulator.world import APP, FRESH, MERCHANT


class Phone:
    """A person's phone in the pretend WeChat."""

    def __init__(self, url, name):
        self.url, self.name = url, name
        self.number = f"139{secrets.randbelow(10**8):08d}"
        self._post("/_sim/users", name=name, phone=self.number)
        self.openid = self._get(f"/_sim/users/{name}")["openids"][APP.appid]

    def login_code(self):
        return self._post(f"/_sim/users/{self.name}/login", appid=APP.appid)["code"]

    def phone_code(self):
        return self._post(f"/_sim/users/{self.name}/phone-code", appid=APP.appid)["code"]

    def agree(self, url):
        """WeChat's page asks who is there; where it sends the browser back to."""
        return self._post(f"/_sim/users/{self.name}/authorize", url=url)["location"]

    def pay(self, parameters):
        return self._post(f"/_sim/users/{self.name}/pay", **parameters)["result"]

    def paid(self, number):
        """What WeChat says about a bill that was paid, as a notice's resource."""
        notices = [each["resource"] for each in self._get("/_sim/notices")]
        return next(each for each in notices if each.get("out_trade_no") == number)

    def _get(self, path):
        return requests.get(self.url + path, timeout=5).json()

    def _post(self, path, **said):
        answer = requests.post(self.url + path, json=said, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a token or a key. `who` is the member, the staff or the key behind it."""

    kind: str
    bearer: str
    who: object = field(repr=False, default=None)


@dataclass(kw_only=True)
class House(Shop):
    """A merchant, what he sells, and everybody around him."""

    phone: Phone
    newcomer: Phone
    member: Person
    neighbour: Person
    worker: Person
    manager: Person
    cashier: Person
    category: str
    free: object
    template: str
    cover: str
    elsewhere: object
    secrets: set = field(default_factory=set)

    @property
    def number(self):
        return self.merchant.number

    def somebody(self):
        """The phone of a person whom nobody here has seen before."""
        phone = Phone(self.phone.url, f"赵-{secrets.token_hex(4)}")
        self.secrets |= {phone.openid, phone.number}
        return phone

    def voucher(self):
        """A usable one of our member's."""
        return a_voucher(self, buyer=self.member.who, at=clock.now() - timedelta(minutes=1))

    def shareable(self, *, of=None):
        """The same, which a friend may be let use."""
        whom, sold = of or self.member.who, self.offer
        terms = a_benefit(merchant=self.merchant, conditions=SHAREABLE)
        self.offer = an_offer(merchant=self.merchant, items=[(terms.benefit_id, 2)])
        try:
            return a_new_voucher(self, whom, at=clock.now() - timedelta(minutes=1))
        finally:
            self.offer = sold

    def share(self, *, of=None):
        """One that waits for a friend."""
        made = a_share(self, of or self.member.who, self.shareable(of=of), at=clock.now())
        db.session.rollback()
        self.secrets.add(made.token)
        return made

    def gift(self, *, of=None):
        """The number of a gift that waits for a friend."""
        giver = (of or self.member).who
        at = clock.now()
        voucher = a_voucher(self, buyer=giver, at=at - timedelta(minutes=1))
        number = a_gift(self, giver=giver, vouchers=[voucher], at=at)
        db.session.rollback()
        self.secrets.add(token_of(self, number))
        return number

    def gift_link(self, *, of=None):
        """What a friend sends who has the link of such a gift."""
        return {"token": token_of(self, self.gift(of=of))}

    def anothers_share(self):
        return self.share(of=a_member(merchant=self.merchant, appid=APP.appid))

    def code(self, voucher=None):
        """What the phone shows for a voucher, or for a new one."""
        code = shown(self, voucher or self.voucher(), at=clock.now())
        db.session.rollback()
        self.secrets |= {code.qr_text, code.digits}
        return code.qr_text

    def order(self):
        """The number of an order of our member's that waits to be paid."""
        wish = replace(a_wish(self, buyer=self.member.who), openid=self.phone.openid)
        with transaction():
            return orders.place(wish, key=None, at=clock.now()).order_number

    def redemption(self):
        voucher = self.voucher()
        return a_redemption(self, voucher, at=clock.now()).number

    def invitation(self):
        with transaction():
            made = merchants.invite_staff(
                merchant_id=self.id,
                name="新来的",
                role=Role.CLERK,
                store_ids=[self.store.id],
                actor="system",
                at=clock.now(),
            )
        self.secrets.add(made.token)
        return made.token

    def member_session(self, member, *, at=None):
        member = kept(member) if member in reading() else member
        bearer = token_of_member(member, self.app, openid=self.phone.openid, at=at)
        self.secrets.add(bearer)
        return Person(kind="member", bearer=bearer, who=member)

    def staff_session(self, hired, *, store=None, at=None):
        bearer = token_of_staff(hired, store or self.store, at=at)
        self.secrets.add(bearer)
        return Person(kind="staff", bearer=bearer, who=hired)

    def key(self, *, scopes=tuple(Scope), store=None):
        made = an_api_key(store or self.store, scopes=scopes)
        self.secrets.add(made.secret)
        return Person(kind="api_key", bearer=made.secret, who=made)

    def private(self):
        """What only our member may read: numbers, names, phone and openid."""
        found = vouchers.list_wallet(
            merchant_id=self.id,
            member_id=self.member.who.id,
            epoch=self.member.who.session_epoch,
            tab=vouchers.Tab.USABLE,
            cursor=None,
            limit=100,
            at=clock.now(),
        ).items
        db.session.rollback()
        mine = {each.number for each in found} | {each.card_number for each in found}
        return mine | {self.member.who.number, "王女士", self.phone.openid, self.phone.number}


def kept(row):
    """The row as it is now, for longer than its session lives."""
    reading().refresh(row)
    reading().expunge(row)
    return row


def _trust(merchant):
    """Whoever manages it may do a whole walk in a day; the limits have tests of their own."""
    with transaction():
        for kind in approvals.Kind:
            approvals.set_limit(
                merchant_id=merchant.id, kind=kind, above_fen=None, actor="system", at=clock.now()
            )


def a_house(url, *, name):
    """Call it inside an app context."""
    tag = secrets.token_hex(4)
    merchant = kept(a_merchant(name=name))
    _trust(merchant)
    store = kept(a_store(merchant=merchant))
    elsewhere = kept(a_store(merchant=merchant, name="静安寺店"))
    with transaction():
        app, channel = real_app(merchant), real_channel(merchant)
        real_account(merchant)
        channel = kept(channel)
        catalog.add_category(merchant_id=merchant.id, name=tag, actor="system", at=clock.now())
    phone, newcomer = Phone(url, f"王-{tag}"), Phone(url, f"李-{tag}")
    clerk = a_clerk(store, user_id=_user_behind(phone, merchant))
    house = House(
        merchant=merchant,
        app=app,
        channel=channel,
        store=store,
        elsewhere=elsewhere,
        clerk=clerk,
        offer=kept(an_offer(merchant=merchant)),
        free=kept(an_offer(merchant=merchant, price_fen=0)),
        category=tag,
        phone=phone,
        newcomer=newcomer,
        template=a_template(merchant=merchant, appid=APP.appid),
        cover=_a_cover(merchant),
        member=None,
        neighbour=None,
        worker=None,
        manager=None,
        cashier=None,
    )
    _move_in(house)
    return house


def _user_behind(phone, merchant):
    member = a_member(
        merchant=merchant, appid=APP.appid, openid=phone.openid, phone=f"+86{phone.number}"
    )
    with transaction():
        members.set_nickname(merchant_id=merchant.id, member_id=member.id, nickname="王女士")
    return member.user_id


def _move_in(house):
    owner = a_member(merchant=house.merchant, appid=APP.appid, openid=house.phone.openid)
    house.member = house.member_session(owner)
    house.neighbour = house.member_session(a_member(merchant=house.merchant, appid=APP.appid))
    house.worker = house.staff_session(house.clerk)
    house.manager = house.staff_session(a_clerk(house.store, role=Role.MANAGER))
    house.cashier = house.key()
    house.secrets |= {house.phone.openid, house.newcomer.openid, house.phone.number}
    house.secrets |= {house.newcomer.number, APP.secret, MERCHANT.apiv3_key}
    house.secrets.add(FRESH.merchant_private_key_pem.splitlines()[3])
    house.voucher()


def _a_cover(merchant):
    picture = BytesIO()
    Image.new("RGB", (4, 3), "red").save(picture, "JPEG")
    from app.gateways import gateways

    files = gateways().files
    return files.put(merchant_id=merchant.number, name="cover", content=picture.getvalue())


# People and keys that were good once


def a_blocked_member(house):
    member = a_member(merchant=house.merchant, appid=APP.appid)
    with transaction():
        members.block(merchant_id=house.id, member_id=member.id, actor="staff:1", at=clock.now())
    # The new epoch alone would end his sessions; a token made with it must not help either.
    return house.member_session(member)


def a_signed_out_member(house):
    member = a_member(merchant=house.merchant, appid=APP.appid)
    session = house.member_session(member)
    with transaction():
        members.end_sessions(merchant_id=house.id, member_id=member.id)
    return session


def a_merged_member(house):
    """Who turned out to be somebody we knew already."""
    first, second, unionid = secrets.token_hex(12), secrets.token_hex(12), a_unionid()
    a_member(merchant=house.merchant, appid="wx_one", openid=first)
    a_member(merchant=house.merchant, appid="wx_two", openid=second, unionid=unionid)
    a_member(merchant=house.merchant, appid="wx_one", openid=first, unionid=unionid)
    merged = (Member.merchant_id == house.id, Member.merged_into.is_not(None))
    loser = reading().scalars(select(Member).where(*merged).order_by(Member.id.desc())).first()
    return house.member_session(loser)


def a_dismissed_manager(house):
    hired = a_clerk(house.store, role=Role.MANAGER)
    with transaction():
        merchants.disable_staff(
            merchant_id=house.id, number=hired.number, actor="system", at=clock.now()
        )
    return house.staff_session(hired)


def a_manager_of_a_closed_store(house):
    store = a_store(merchant=house.merchant, name="旧店")
    manager = house.staff_session(a_clerk(store, role=Role.MANAGER), store=store)
    _close(house, store)
    return manager


def a_clerk_of_another_store(house):
    """He works elsewhere, and says in his token that he is here."""
    return house.staff_session(a_clerk(house.elsewhere))


def a_revoked_key(house):
    key = house.key()
    with transaction():
        merchants.revoke_api_key(
            merchant_id=house.id, key_id=key.who.key_id, actor="system", at=clock.now()
        )
    return key


def a_key_of_a_closed_store(house):
    store = a_store(merchant=house.merchant, name="旧店")
    key = house.key(store=store)
    _close(house, store)
    return key


def _close(house, store):
    with transaction():
        merchants.close_store(
            merchant_id=house.id, number=store.number, actor="system", at=clock.now()
        )


# Tokens that were never good


def expired(house, person):
    """His own token, of two hours ago; a key never expires."""
    at = clock.now() - tokens.LIVES
    if person.kind == "member":
        return house.member_session(person.who, at=at)
    return house.staff_session(person.who, at=at)


def tampered(person):
    """The same with one letter changed: in the middle, and at the end."""
    for place in (len(person.bearer) // 2, len(person.bearer) - 2):
        letter = "A" if person.bearer[place] != "A" else "B"
        yield person.bearer[:place] + letter + person.bearer[place + 1 :]


@contextmanager
def another_master_key(own):
    """For a token that somebody else's house signed."""
    keyring.install(secrets.token_bytes(32))
    try:
        yield
    finally:
        keyring.install(own)
