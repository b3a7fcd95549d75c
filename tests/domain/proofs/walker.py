"""A shop in which anybody does anything at any time, and a small model of what must come of it.

The model knows nothing of locks, tables or statements: a voucher has a holder and a state, and
lies in at most one gift or share. Each action is tried whether it is allowed or not; the model
says beforehand which, and after each step both worlds are compared.
"""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain import gifting, redemption, sharing, vouchers
from app.domain.merchants import Role
from app.domain.vouchers import Move
from app.kernel import outbox
from app.kernel.db import db, fetch_all, transaction
from app.kernel.errors import DomainError
from jobs import members as member_jobs
from tests.builders.gifting import a_claim, a_gift, token_of
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.moments import NOON
from tests.builders.orders import a_paid_order, clerk_of
from tests.builders.redemption import a_redemption
from tests.builders.sharing import a_share, a_sharing_shop, a_sub_card, claimed, taken_back
from tests.domain.proofs.model import TALLY, Passage, Person, Seen, Spent, TaskId, Use

# Which of those that are there; a step with none of them does nothing.
PICK = st.integers(min_value=0, max_value=10_000)
MOST_HANDS, MOST_OF_FRIEND, MOST_SUB_CARDS = 3, 10, 4
DAY = timedelta(hours=24)


class Walk(RuleBasedStateMachine):
    @initialize()
    def open_a_shop(self):
        self._open()

    def _open(self):
        self.shop, self.at = a_sharing_shop(uses=3), NOON
        self.uses, self.passages, self.spent = {}, [], []
        self.people = [self._come() for _ in range(4)]
        for person in self.people[:2]:
            self._pay(person, self.shop.offer)
            self._adopt(3, holder=person.id)

    # What people do

    @rule(who=PICK)
    def buy(self, who):
        if len(self.uses) < 60:
            buyer = self._one(self.people, who)
            self._pay(buyer, self.shop.offer)
            self._adopt(3, holder=buyer.id)

    @rule(who=PICK, which=PICK)
    def give(self, who, which):
        use = self._use(which)
        if use is None:
            return
        giver = self._holder_or_anybody(use, who)
        is_fine = self._may_pass(use, giver) and use.hands < MOST_HANDS
        made = self._try("give", is_fine, lambda: a_gift(
            self.shop, giver=giver.member, vouchers=[use], at=self.at))  # fmt: skip
        if made:
            self._depart(Passage("gift", made, [use], giver.id, self._ends([use])))

    @rule(who=PICK, which=PICK)
    def share(self, who, which):
        use = self._use(which)
        if use is None:
            return
        owner = self._holder_or_anybody(use, who)
        made = self._try("share", self._may_share(use, owner), lambda: a_share(
            self.shop, owner.member, use, at=self.at))  # fmt: skip
        if made:
            self._depart(
                Passage("once", made.number, [use], owner.id, made.ends_at, made, use.card)
            )

    @rule(who=PICK, which=PICK, uses=st.integers(1, 3))
    def give_a_sub_card(self, who, which, uses):
        use = self._use(which)
        if use is None:
            return
        owner, card = self._holder_or_anybody(use, who), use.card
        mine = [each for each in self.uses.values() if each.card == card]
        free = [each for each in mine if self._may_share(each, owner)]
        out = [p for p in self.passages if p.kind == "sub_card" and p.card == card]
        others = [p for p in out if p.state in {"waiting", "claimed", "taken_back"}]
        is_fine = len(free) >= uses and len(others) < MOST_SUB_CARDS
        made = self._try("sub_card", is_fine, lambda: a_sub_card(
            self.shop, owner.member, card, uses=uses, at=self.at))  # fmt: skip
        if made:
            chosen = sorted(free, key=lambda each: (each.valid_until, each.id))[-uses:]
            told = (owner.id, made.ends_at, made, card)
            self._depart(Passage("sub_card", made.number, chosen, *told))

    @rule(who=PICK, which=PICK)
    def claim(self, who, which):
        friend, passage = self._one(self.people, who), self._one(self.passages[-6:], which)
        if passage is None:
            return
        is_fine = self._may_claim(friend, passage)
        again = passage.taker == friend.id and passage.state == "claimed"
        verb = (
            (lambda: a_claim(self.shop, passage.number, friend.member, at=self.at))
            if passage.kind == "gift"
            else (lambda: claimed(self.shop, friend.member, passage.told, at=self.at))
        )
        if self._try(f"claim {passage.kind}", is_fine or again, verb) and not again:
            self._arrive(passage, friend)

    @rule(which=PICK)
    def decline(self, which):
        gift = self._one([p for p in self.passages if p.kind == "gift"], which)
        if gift:
            is_open = gift.state == "waiting" and self.at < gift.ends_at
            is_fine = is_open or gift.state == "declined"
            token = token_of(self.shop, gift.number)
            if self._try("decline", is_fine, lambda: gifting.decline(
                merchant_id=self.shop.id, token=token, at=self.at)):  # fmt: skip
                self._return(gift, "declined")

    @rule(who=PICK, which=PICK)
    def recall(self, who, which):
        gift = self._one([p for p in self.passages if p.kind == "gift"], which)
        giver = self._giver_or_anybody(gift, who)
        if gift:
            is_fine = gift.state in {"waiting", "recalled"} and gift.giver == giver.id
            if self._try("recall", is_fine, lambda: gifting.recall(
                merchant_id=self.shop.id, member_id=giver.id, number=gift.number, at=self.at)
                or True):  # fmt: skip
                self._return(gift, "recalled")

    @rule(who=PICK, which=PICK)
    def take_back(self, who, which):
        share = self._one([p for p in self.passages if p.kind != "gift"], which)
        owner = self._giver_or_anybody(share, who)
        if share is None:
            return
        unused = [u for u in share.uses if u.state == "active" and u.card != share.card]
        is_fine = share.giver == owner.id and (
            share.state == "waiting" or (share.state in {"claimed", "taken_back"} and bool(unused))
        )
        if self._try("take back", is_fine, lambda: taken_back(
            self.shop, owner.member, share.told, at=self.at)):  # fmt: skip
            if share.state == "waiting":
                self._return(share, "withdrawn")
            else:
                share.state = "taken_back"
                for use in unused:
                    use.holder, use.card = owner.id, share.card

    @rule(which=PICK)
    def redeem(self, which):
        use = self._use(which)
        if use:
            is_fine = use.state == "active" and self.at < use.valid_until
            done = self._try("redeem", is_fine, lambda: a_redemption(self.shop, use, at=self.at))
            if done:
                use.state = "redeemed"
                self.spent.append(Spent(use, done, self.at))

    @rule(which=PICK)
    def reverse(self, which):
        spent = self._one(self.spent, which)
        if spent:
            is_fine = not spent.is_reversed and self.at < spent.at + DAY
            if self._try("reverse", is_fine, lambda: redemption.reverse(
                merchant_id=self.shop.id, number=spent.verdict.number, reason="扫错券",
                actor=clerk_of(self.shop), role=Role.MANAGER, at=self.at)):  # fmt: skip
                spent.is_reversed, spent.use.state = True, "active"

    @rule(which=PICK)
    def freeze(self, which):
        if which % 3 == 0:
            self._shop_moves(which, Move.FREEZE, "active", "frozen")

    @rule(which=PICK)
    def unfreeze(self, which):
        self._shop_moves(which, Move.UNFREEZE, "frozen", "active")

    @rule(which=PICK)
    def cancel(self, which):
        if which % 5 == 0:
            use = self._use(which)
            state = use.state if use else ""
            self._shop_moves(which, Move.CANCEL, state if state not in GONE else None, "void")

    @rule(hours=st.integers(1, 12))
    def time_passes(self, hours):
        """And the sweeps come by."""
        self.at += timedelta(hours=hours)
        self._sweep()
        self._be_swept()

    @rule(one=PICK, two=PICK)
    def turn_out_to_be_one(self, one, two):
        """Two people are one; somebody new comes in the younger one's place."""
        pair = {self._one(self.people, one), self._one(self.people, two)}
        if len(pair) == 2 and not all(person.unionid for person in pair):
            winner, loser = sorted(pair, key=lambda person: person.id)
            unionid = winner.unionid or loser.unionid or a_unionid()
            for person in (winner, loser):
                if person.unionid is None:
                    self._sign_in(person, unionid)
            self._join(loser)
            TALLY.done["merge"] += 1
            self.people[self.people.index(loser)] = self._come()
            self._become(loser.id, winner.id)

    @invariant()
    def both_worlds_agree(self):
        if hasattr(self, "uses"):
            TALLY.steps += 1
            real = {row.id: (row.state, row.holder, row.card) for row in self._look()}
            # A sub-card's number is drawn; the model learns it when it is cut.
            assert real == {u.id: (u.state, u.holder, u.card) for u in self.uses.values()}

    def _pay(self, buyer, offer):
        """The money comes some seconds later, and what it bought is valid from then on."""
        a_paid_order(self.shop, buyer=buyer.member, offer=offer, at=self.at)
        self.at += timedelta(minutes=1)

    def _sweep(self):
        with transaction():
            gifting.return_due(at=self.at, limit=10_000)
            sharing.expire_due(at=self.at, limit=10_000)
            vouchers.expire_due(at=self.at, limit=10_000)

    # What the model says

    def _be_swept(self):
        for passage in self.passages:
            if passage.state == "waiting" and passage.ends_at <= self.at:
                self._return(passage, "over")
        for use in self.uses.values():
            if use.state == "active" and use.valid_until <= self.at:
                use.state = "expired"

    def _become(self, loser_id, winner_id):
        for use in self.uses.values():
            use.holder = winner_id if use.holder == loser_id else use.holder
        for passage in self.passages:
            passage.giver = winner_id if passage.giver == loser_id else passage.giver
            passage.taker = winner_id if passage.taker == loser_id else passage.taker

    def _may_pass(self, use, person):
        return bool(
            use
            and use.holder == person.id
            and use.state == "active"
            and not use.was_shared
            and self.at < use.valid_until
        )

    def _may_share(self, use, person):
        return self._may_pass(use, person) and use.is_shareable

    def _may_claim(self, friend, passage):
        held = [use for use in passage.uses if use.state == "held"]
        is_open = passage.state == "waiting" and self.at < passage.ends_at and bool(held)
        has = sum(
            len(p.uses)
            for p in self.passages
            if p.kind != "gift" and p.card == passage.card and p.taker == friend.id
        )
        too_much = passage.kind == "sub_card" and has + len(held) > MOST_OF_FRIEND
        return is_open and passage.giver != friend.id and not too_much

    def _depart(self, passage):
        self.passages.append(passage)
        for use in passage.uses:
            use.state = "held"

    def _arrive(self, passage, friend):
        passage.state, passage.taker = "claimed", friend.id
        cards = {row.id: row.card for row in self._look()}
        for use in passage.uses:
            if use.state == "held":
                assert cards[use.id] != use.card
                use.state, use.holder, use.card = "active", friend.id, cards[use.id]
                use.was_shared |= passage.kind != "gift"
                use.hands += passage.kind == "gift"

    def _return(self, passage, state):
        """Once: what came back may be on its way to somebody else by now."""
        if passage.state != "waiting":
            return
        passage.state = state
        for use in passage.uses:
            if use.state == "held":
                use.state = "active"
                self._end_if_over(passage, use)

    def _end_if_over(self, passage, use):
        """A gift that comes back too late comes back as what it is."""
        if passage.kind == "gift" and use.valid_until <= self.at:
            use.state = "expired"

    def _ends(self, uses):
        return min(self.at + DAY, *(use.valid_until for use in uses))

    # How both are asked

    def _try(self, name, is_fine, verb):
        """What came of it, or None for a refusal; the model has said beforehand which."""
        said = "done"
        try:
            with transaction():
                done = verb()
        except DomainError as refused:
            done, said = None, refused.code
        assert (said == "done") == is_fine, (name, said)
        (TALLY.done if is_fine else TALLY.refused)[name] += 1
        return done

    def _shop_moves(self, which, move, source, target):
        use = self._use(which)
        if use and self._try(move.value, use.state == source, lambda: vouchers.move(
            merchant_id=self.shop.id, voucher_id=use.id, what=move, actor="system", at=self.at)
            or True):  # fmt: skip
            use.state = target

    def _holder_or_anybody(self, use, who):
        """Mostly who holds it, or the walk would be of refusals only."""
        holders = [person for person in self.people if use and person.id == use.holder]
        return holders[0] if holders and who % 4 else self._one(self.people, who)

    def _giver_or_anybody(self, passage, who):
        givers = [person for person in self.people if passage and person.id == passage.giver]
        return givers[0] if givers and who % 4 else self._one(self.people, who)

    def _one(self, some, which):
        return some[which % len(some)] if some else None

    def _use(self, which):
        return self._one(list(self.uses.values()), which)

    def _come(self):
        openid = an_openid()
        member = a_member(
            merchant=self.shop.merchant, appid=self.shop.appid, openid=openid, at=self.at
        )
        return Person(member, openid, None)

    def _sign_in(self, person, unionid):
        a_member(
            merchant=self.shop.merchant,
            appid=self.shop.appid,
            openid=person.openid,
            unionid=unionid,
            at=self.at,
        )
        person.unionid = unionid

    def _join(self, loser):
        found = fetch_all(TaskId, JOINS, {"m": self.shop.id, "loser": str(loser.id)})
        assert len(found) == 1
        with transaction():
            task = outbox.find_task(merchant_id=self.shop.id, task_id=found[0].id)
        member_jobs.join_members(task)

    def _look(self):
        return fetch_all(Seen, EVERY, {"m": self.shop.id})

    def _adopt(self, count, *, holder, is_shareable=True):
        return self._adopt_all([holder] * count, is_shareable=is_shareable)

    def _adopt_all(self, holders, *, is_shareable):
        """What came into the world since the last look: one for each of these, and no more."""
        fresh = [row for row in self._look() if row.id not in self.uses]
        assert sorted(row.holder for row in fresh) == sorted(holders)
        for row in fresh:
            told = (row.id, row.number, row.card, row.holder, row.valid_until)
            self.uses[row.id] = Use(*told, state=row.state, is_shareable=is_shareable)
        return [self.uses[row.id] for row in fresh]

    def teardown(self):
        db.session.expire_all()


GONE = {"redeemed", "void", ""}
EVERY = """
SELECT v.id, v.number, c.number, v.holder_id, v.valid_until, v.state FROM vouchers v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(m)s ORDER BY v.id
"""
JOINS = """
SELECT id FROM outbox WHERE merchant_id = %(m)s AND event = 'MembersMerged' AND done_at IS NULL
  AND payload ->> 'loser_id' = %(loser)s
"""
