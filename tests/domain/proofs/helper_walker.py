"""The same walk, in a shop where friends also help to unlock."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis.stateful import rule

from app.domain import assist
from app.kernel.db import transaction
from tests.builders.assist import a_campaign, helped, tasks_of
from tests.domain.proofs.model import Use
from tests.domain.proofs.walker import PICK, Walk

HELPERS, SUBS = 2, 1


@dataclass(eq=False)
class Task:
    row: object
    use: Use
    sharer: int
    ends_at: object
    helpers: list = field(default_factory=list)
    state: str = "open"


class HelpedWalk(Walk):
    def _open(self):
        super()._open()
        plain = self.shop.offer
        terms = {"helpers": HELPERS, "subs": SUBS}
        a_campaign(self.shop, **terms)
        self.shop.offer, self.main_card = plain, self.shop.offer
        self.tasks, self.rewards = [], []

    @rule(who=PICK)
    def buy_a_main_card(self, who):
        if len(self.uses) < 60:
            buyer = self._one(self.people, who)
            self._pay(buyer, self.main_card)
            fresh = self._adopt(2 + SUBS, holder=buyer.id, is_shareable=False)
            assert Counter(use.state for use in fresh) == {"active": 2, "locked": SUBS}
            known = {task.row.id for task in self.tasks}
            for row in tasks_of(self.shop, buyer):
                if row.id not in known:
                    use = self.uses[row.voucher_id]
                    self.tasks.append(Task(row, use, buyer.id, use.valid_until))

    @rule(who=PICK, which=PICK)
    def help(self, who, which):
        friend, task = self._one(self.people, who), self._one(self.tasks[-6:], which)
        if task is None:
            return
        everybody = {helper for each in self.tasks for helper, _ in each.helpers}
        is_open = task.state == "open" and task.use.state == "locked" and self.at < task.ends_at
        again = friend.id in {helper for helper, _ in task.helpers}
        is_fine = is_open and friend.id != task.sharer and friend.id not in everybody
        done = self._try("help", is_fine or again, lambda: helped(
            self.shop, task.row, friend.member, at=self.at))  # fmt: skip
        if done and not again:
            (reward,) = self._adopt(1, holder=friend.id, is_shareable=False)
            task.helpers.append((friend.id, reward))
            assert done.unlocked == (len(task.helpers) == HELPERS)
            if done.unlocked:
                task.state, task.use.state = "unlocked", "active"
                ends = {row.id: row.valid_until for row in self._look()}
                task.use.valid_until = ends[task.use.id]

    def _sweep(self):
        super()._sweep()
        with transaction():
            for due in assist.list_due(at=self.at, limit=10_000):
                assist.close(merchant_id=due.merchant_id, task_id=due.task_id, at=self.at)

    def _be_swept(self):
        super()._be_swept()
        over = [task for task in self.tasks if task.state == "open" and task.ends_at <= self.at]
        consoled = [task for task in over if task.use.state == "locked"]
        for task in over:
            task.state = "expired"
        for task in consoled:
            task.use.state = "expired"
        self._adopt_all([task.sharer for task in consoled], is_shareable=False)

    def _become(self, loser_id, winner_id):
        """Of two helps of one person the earlier one counts, and none for himself."""
        super()._become(loser_id, winner_id)
        states, seen = {row.id: row.state for row in self._look()}, set()
        for task in self.tasks:
            task.sharer = winner_id if task.sharer == loser_id else task.sharer
        helps = [
            (reward.id, winner_id if helper == loser_id else helper, task, reward)
            for task in self.tasks
            for helper, reward in task.helpers
        ]
        for task in self.tasks:
            task.helpers = []
        for _, helper, task, reward in sorted(helps, key=lambda each: each[0]):
            if helper == task.sharer or helper in seen:
                is_unused = reward.state == "active"
                reward.state = "void" if is_unused and states[reward.id] == "void" else reward.state
            else:
                seen.add(helper)
                task.helpers.append((helper, reward))
