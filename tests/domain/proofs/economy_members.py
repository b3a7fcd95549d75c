"""The same shop, with a family that spends one purse, and tiers that people reach."""

from dataclasses import dataclass

from hypothesis.stateful import rule

from app.domain import family, membership
from app.domain.family import NoFamily
from app.kernel.db import fetch_all, fetch_one, transaction
from jobs import membership as tier_jobs
from tests.builders.catalog import a_benefit
from tests.builders.family import a_family, a_relative
from tests.builders.membership import a_ladder, spending, tiers_in, visits
from tests.domain.proofs.economy_shop import Row
from tests.domain.proofs.economy_walker import SHARE, TALLY, Economy
from tests.domain.proofs.stepping import PICK, one_of

CAP, WHOLE = 40_00, 90_00
SILVER_FEN, SILVER_DAYS = 150_00, 2
JOBS = {
    "membership.note_purchase": tier_jobs.note_purchase,
    "membership.note_visit": tier_jobs.note_visit,
    "membership.take_visit_back": tier_jobs.take_visit_back,
    "membership.greet": tier_jobs.greet,
    "membership.take_greeting_back": tier_jobs.take_greeting_back,
    "membership.look_again": tier_jobs.look_again,
}
DECISIONS = (("the owner refuses", family.refuse), ("the owner allows", family.approve))


@dataclass
class Fen:
    amount: int


@dataclass
class Visits:
    noted: int
    made: int


class Members(Economy):
    def _open(self):
        super()._open()
        present = a_benefit(merchant=self.shop.merchant, name="升级礼")
        silver = {
            "conditions": [spending(SILVER_FEN), visits(SILVER_DAYS)],
            "packs": {"upgrade": [{"benefit": present.benefit_number}]},
        }
        tiers_in(self.shop.merchant, a_ladder(silver=silver))
        owner, relative, _ = self.people
        a_family(self.shop, owner.member, whole=WHOLE, at=self.at)
        a_relative(self.shop, owner.member, cap=CAP, member=relative.member, at=self.at)

    @rule(who=PICK, pieces=PICK, value=SHARE)
    def buy_with_the_familys(self, who, pieces, value):
        person = one_of(self.people, who)
        seen = self._family_of(person)
        if seen and not seen.is_owner:
            offer = self.offers["vouchers"][who % 2]
            placed = self._order(person, offer, 1 + pieces % 3, value or 100, of_family=True)
            if placed:
                TALLY.done["family order"] += placed.wechat_fen < placed.total_fen
                self._check_cap(self._family_of(person).seats[0])
            self._pay(-1)

    @rule(who=PICK, fen=PICK)
    def ask_for_more(self, who, fen):
        """The owner's word counts once, this month."""
        person = one_of(self.people, who)
        which = {"merchant_id": self.shop.id, "member_id": person.id}
        self._try("ask the owner", lambda: family.ask(
            **which, amount_fen=1_00 + fen, note=None, at=self.at) or True)  # fmt: skip
        for owner, seen in self._owners():
            for asked in seen.requests:
                says, decide = DECISIONS[bool(fen % 4)]
                self._try(says, lambda seat=asked.seat, owner=owner, decide=decide: decide(
                    merchant_id=self.shop.id, member_id=owner.id, number=seat, at=self.at
                ))  # fmt: skip

    @rule(who=PICK)
    def join_the_family(self, who):
        person = one_of(self.people, who)
        for owner, _ in self._owners():
            self._try("join a family", lambda owner=owner: a_relative(
                self.shop, owner.member, cap=CAP, member=person.member, at=self.at))  # fmt: skip

    @rule()
    def grow(self):
        """Tiers are looked at when the jobs come; a return may be quicker."""
        for name, handler in JOBS.items():
            TALLY.done[name.partition(".")[2]] += self._run(name, handler)

    def _settle(self):
        super()._settle()
        self.grow()
        which = {"m": self.shop.id}
        assert fetch_all(Row, GROWN_WRONG, which) == []
        seen = fetch_one(Visits, VISITS, which)
        assert seen.noted == seen.made
        which |= {"fen": SILVER_FEN, "days": SILVER_DAYS}
        self._check_tiers({row.id for row in fetch_all(Row, DESERVING, which)})

    def _check_tiers(self, deserving):
        """Nobody is below what he has reached; a bought term may lift him above it."""
        for person in self.people:
            which = {"merchant_id": self.shop.id, "member_id": person.id}
            found = membership.tier_of(**which, at=self.at)
            assert found.rank >= (person.id in deserving), (found, person.id)
            TALLY.done["silver"] += person.id in deserving

    def _check_cap(self, seat):
        """What he spent this month is within his limit and what was allowed besides."""
        which = {"m": self.shop.id, "seat": seat.number, "at": self.at}
        more = fetch_one(Fen, ALLOWED_BESIDES, which)
        assert seat.spent_fen <= seat.monthly_cap_fen + more.amount

    def _owners(self):
        seen = [(person, self._family_of(person)) for person in self.people]
        return [(person, found) for person, found in seen if found and found.is_owner]

    def _family_of(self, person):
        try:
            with transaction():
                return family.get_family(merchant_id=self.shop.id, member_id=person.id, at=self.at)
        except NoFamily:
            return None


ALLOWED_BESIDES = """
SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM family_requests r
JOIN family_seats s ON s.merchant_id = r.merchant_id AND s.id = r.seat_id
WHERE r.merchant_id = %(m)s AND s.number = %(seat)s AND r.state = 'approved'
  AND date_trunc('month', r.decided_at, 'Asia/Shanghai')
    = date_trunc('month', %(at)s::timestamptz, 'Asia/Shanghai')
"""

# Money spent counts, less the part of it that went back; money put by does not.
GROWN_WRONG = """
SELECT o.id, o.number, o.member_id, o.state FROM orders o
JOIN LATERAL (SELECT coalesce(sum(l.amount_fen - l.discount_fen), 0) AS fen FROM order_lines l
  WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id
    AND l.kind NOT IN ('topup', 'gift_card')) spent ON true
JOIN LATERAL (SELECT coalesce(sum(g.amount), 0) AS fen FROM membership_growth g
  WHERE g.merchant_id = o.merchant_id AND g.source = 'order:' || o.number AND g.kind = 'spend')
  noted ON true
JOIN LATERAL (SELECT coalesce(sum(r.wechat_fen + r.value_fen), 0) AS fen FROM order_returns r
  WHERE r.merchant_id = o.merchant_id AND r.order_id = o.id) back ON true
WHERE o.merchant_id = %(m)s AND o.fulfilled_at IS NOT NULL
  AND noted.fen <> spent.fen - CASE WHEN o.total_fen = 0 THEN 0 ELSE
    div(spent.fen * div(back.fen * 10000, o.total_fen), 10000) END
"""

VISITS = """
SELECT
  (SELECT coalesce(sum(amount), 0)::bigint FROM membership_growth
   WHERE merchant_id = %(m)s AND kind = 'visit'),
  (SELECT count(*) FROM redemptions WHERE merchant_id = %(m)s AND reversed_at IS NULL)
"""

# Fen spent, or days with a visit; a walk is shorter than the year that counts.
DESERVING = """
SELECT g.member_id, '', g.member_id, '' FROM (
  SELECT member_id, kind, day, sum(amount) AS amount FROM membership_growth
  WHERE merchant_id = %(m)s AND kind IN ('spend', 'visit') GROUP BY member_id, kind, day) g
GROUP BY g.member_id
HAVING sum(g.amount) FILTER (WHERE g.kind = 'spend') >= %(fen)s
  OR sum(least(g.amount, 1)) FILTER (WHERE g.kind = 'visit') >= %(days)s
"""
