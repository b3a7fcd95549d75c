"""Whoever turns out to be known twice, or wants to be forgotten: no table keeps a part of him.

The lists below name every column that says which member a row belongs to. A new one is in none of
them, and fails here until somebody has decided what becomes of it.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.domain import ledger, members, proofs
from app.kernel import outbox
from app.kernel.db import execute, reading, transaction
from app.migrations.metadata import METADATA
from jobs import housekeeping
from jobs import members as jobs
from tests.builders.bookings import a_club
from tests.builders.family import an_invitation
from tests.builders.lives import a_life
from tests.builders.members import a_member, a_unionid
from tests.builders.moments import NOON

MOVES = {
    "assist_helps.helper_id",
    "assist_tasks.sharer_id",
    "birthdays.member_id",
    "bookings.member_id",
    "cards.member_id",
    "complaint_tickets.member_id",
    "consents.member_id",
    "family_cards.owner_id",
    "family_seats.member_id",
    "followers.member_id",
    "gift_cards.buyer_id",
    "gifts.giver_id",
    "gifts.receiver_id",
    "goodwill_grants.member_id",
    "member_addresses.member_id",
    "member_tags.member_id",
    "membership_growth.member_id",
    "membership_terms.member_id",
    "message_answers.member_id",
    "message_grants.member_id",
    "offer_takers.member_id",
    "order_tenders.payer_member_id",
    "orders.member_id",
    "orders.sharer_member_id",
    "pack_grants.member_id",
    "paper_cards.member_id",
    "parcels.member_id",
    "pending_points.member_id",
    "point_earnings.member_id",
    "promotion_grants.member_id",
    "shares.friend_id",
    "shares.owner_id",
    "subscriptions.member_id",
    "value_credits.member_id",
    "vouchers.holder_id",
}
STAYS = {
    "approvals.member_id": "history: whom it was asked for",
    "approvals_alone.member_id": "history: who got it; a day's sum counts without",
    "bag_cards.member_id": "the sweep over the card bag follows its voucher to the new holder",
    "bag_cards.offered_to": "whom the card was offered to, as the platform knows him",
    "complaint_uploads.member_id": "gone in a day; the file lies in a folder named after him",
    "gift_cards.claimed_by": "history: what he claimed is in his purse",
    "member_standings.member_id": "each keeps his row; the better tier is the winner's",
    "members.merged_into": "the join itself",
    "membership_moves.member_id": "history of a standing",
    "point_holds.member_id": "capture and release ask who he turned out to be",
    "point_lots.member_id": "a lot that is used up or held; what is left moves as lots of its own",
    "point_notices.member_id": "what he was told, by the end of lots that moved",
    "pool_codes.revealed_to": "history: who saw the code",
    "redemptions.member_id": "history: who was at the counter",
    "sent_messages.member_id": "what waits moves; what was said to him stays said",
    "value_adjustments.member_id": "decided ones are history; a waiting one is refused",
    "value_confirmations.member_id": "good for minutes, and for the session that he lost",
    "value_holds.member_id": "capture and release ask who he turned out to be",
    "value_holds.spender_id": "history: who spent it",
    "value_wallets.member_id": "each keeps his row; what lies in it moves by postings",
    "vouchers.buyer_id": "history: who bought it",
}
# What nobody does in a day: its own tests see it move.
NOT_LIVED = {
    "member_tags.member_id",
    "promotion_grants.member_id",
}


def columns_of_members():
    found = {
        f"{table.name}.{element.parent.name}"
        for table in METADATA.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table.name == "members"
        for element in key.elements
        if element.column.name == "id"
    }
    return found | {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.name == "member_id"
    }


def look_for(shop, member, columns):
    """In which of these columns he is found."""
    return {name for name in columns if member.id in look_into(shop, name)}


def look_into(shop, column):
    """What stands there, in all of the shop's rows."""
    table, name = column.split(".")
    rows = text(f"SELECT {name} FROM {table} WHERE merchant_id = :m")  # noqa: S608 - our own names
    return {row[0] for row in reading().execute(rows, {"m": shop.id})}


def do(shop, job):
    """What waits under this name, as a worker would; how many were done."""
    name = f"members.{job.__name__}"
    waiting = select(outbox.OutboxRow.id).where(
        outbox.OutboxRow.merchant_id == shop.id, outbox.OutboxRow.job == name
    )
    found = [
        outbox.find_task(merchant_id=shop.id, task_id=row) for row in reading().scalars(waiting)
    ]
    for task in filter(None, found):
        job(task)
    return len([task for task in found if task])


@pytest.fixture
def shop(database):
    return a_club()


@pytest.fixture
def he(shop):
    """Known before by another app, as somebody else."""
    a_member(merchant=shop.merchant, appid="wx_two", openid="o-them")
    return a_life(shop, openid="o-him")


def turns_out_to_be(shop):
    """WeChat tells that he is somebody whom we know by another app; who he is from now on."""
    unionid = a_unionid()
    a_member(merchant=shop.merchant, appid=shop.appid, openid="o-him", unionid=unionid)
    return a_member(merchant=shop.merchant, appid="wx_two", openid="o-them", unionid=unionid)


def test_every_column_that_names_a_member_moves_or_has_a_reason_to_stay():
    assert not MOVES & STAYS.keys()
    assert columns_of_members() == MOVES | STAYS.keys()


def test_two_members_who_are_one_person_leave_nothing_with_the_loser(shop, he):
    assert MOVES - look_for(shop, he, MOVES) == NOT_LIVED

    winner = turns_out_to_be(shop)
    assert winner.id != he.id
    assert do(shop, jobs.join_members) == 1

    assert look_for(shop, he, MOVES) == set()
    assert (balances(shop, he), look_left(shop, he)) == ({}, 0)
    assert (ledger.verify(), proofs.verify()) == ([], [])


def look_left(shop, member):
    """Points that still lie in his lots."""
    rows = text("SELECT sum(remaining) FROM point_lots WHERE merchant_id = :m AND member_id = :who")
    return reading().scalar(rows, {"m": shop.id, "who": member.id})


def balances(shop, member):
    found = reading().execute(
        text("SELECT kind, balance FROM ledger_accounts WHERE merchant_id = :m AND owner = :who"),
        {"m": shop.id, "who": member.id},
    )
    return {kind: balance for kind, balance in found if balance}


# Forgetting

FORGOTTEN = {
    "members.phone_sealed": "his phone",
    "members.phone_index": "where his phone is found by",
    "members.nickname": "his name",
    "members.avatar": "his picture",
    "birthdays.month": "his birthday",
    "birthdays.day": "his birthday",
    "complaint_tickets.phone_sealed": "where he is called back",
}
KEPT = {
    "assist_helps.address": "a fingerprint, to tell a crowd from one who helps himself",
    "bag_cards.openid": "the platform's own name of whoever has the card in his phone",
    "bag_facts.openid": "as it was told, which is the evidence",
    "complaint_photos.address": "where WeChat keeps a picture that is still to come",
    "complaint_lines.photos": "evidence of a trade: three years",
    "complaint_lines.text": "evidence of a trade: three years",
    "followers.openid": "whoever follows is known by nothing else, until he leaves",
    "parcels.address_sealed": "where goods went is part of the trade: three years",
    "panel_sessions.address": "whoever works here, and gone with the session",
    "panel_tickets.address": "whoever works here, and gone in a day",
    "payments.payer_openid": "who paid: the books are kept",
    "wechat_identities.openid": "without it he could not be told from anybody else",
}
# Rows that go, and words that are replaced.
GONE = {
    "complaint_uploads.key",
    "member_addresses.sealed",
    "family_seats.name",
    "family_requests.note",
}
# Words of ours: names of things and shops, reasons of books, and keys of the merchant's accounts.
OURS = {
    "aes_key_sealed",
    "apiv3_key_sealed",
    "code_sealed",
    "message_aes_key_sealed",
    "message_token_sealed",
    "private_key_sealed",
    "secret_sealed",
    "totp_sealed",
}
PERSONAL = re.compile(
    r"\.(\w*openid|nickname|avatar|phone\w*|photos|\w*address\w*|\w*sealed)$"
    r"|birthdays\.(month|day)$|complaint_lines\.text$|family_seats\.name$|family_requests\.note$"
)


def personal_columns():
    return {
        name
        for table in METADATA.sorted_tables
        for column in table.columns
        if PERSONAL.search(name := f"{table.name}.{column.name}")
        and column.name not in OURS
        and not name.startswith("stores.")
        and not column.foreign_keys
    }


@pytest.fixture
def alone(shop, he):
    """Only his own words lie in the shop."""
    an_invitation(shop, he, name="小明的妈妈")
    return he


def test_whoever_closes_his_account_is_forgotten_wherever_he_is_named(shop, alone):
    assert look_into(shop, "member_addresses.sealed")
    assert {"妈妈", "小明的妈妈"} <= look_into(shop, "family_seats.name")

    with transaction():
        members.erase_person(merchant_id=shop.id, member_id=alone.id, actor="wechat", at=NOON)
    assert do(shop, jobs.forget_person) == 1
    assert do(shop, jobs.forget_picture) == 1

    assert {column for column in FORGOTTEN if look_into(shop, column) - {None}} == set()
    assert look_into(shop, "member_addresses.sealed") == set()
    assert "小明的妈妈" not in look_into(shop, "family_seats.name")
    assert look_into(shop, "complaint_lines.text") == {"券不能用"}
    # What was packed has still to arrive.
    assert look_into(shop, "parcels.address_sealed")
    assert proofs.verify() == []


def test_every_column_that_may_name_a_person_is_forgotten_or_has_a_reason_to_stay():
    decided = FORGOTTEN.keys() | KEPT.keys() | GONE
    assert personal_columns() - decided == set()
    known = {f"{t.name}.{c.name}" for t in METADATA.sorted_tables for c in t.columns}
    assert decided <= known


def test_what_is_older_than_a_trade_is_kept_loses_its_words(shop, he):
    with transaction():
        execute(
            """UPDATE parcels SET state = 'sent', sent_at = %(at)s, tracking_number = 'SF1',
            company = 'SF' WHERE merchant_id = %(m)s""",
            {"m": shop.id, "at": NOON},
        )
        execute(
            """UPDATE complaint_tickets SET state = 'resolved', resolved_at = %(at)s
            WHERE merchant_id = %(m)s""",
            {"m": shop.id, "at": NOON},
        )
    sealed = look_into(shop, "parcels.address_sealed")

    housekeeping.forget_old(at=NOON + timedelta(days=1090))
    assert look_into(shop, "parcels.address_sealed") == sealed
    assert look_into(shop, "complaint_lines.text") == {"券不能用"}

    over = NOON + timedelta(days=1099)
    assert housekeeping.forget_old(at=over) >= 2
    assert housekeeping.forget_old(at=over) == 0
    assert not sealed & look_into(shop, "parcels.address_sealed")
    assert look_into(shop, "complaint_lines.text") == {""}
