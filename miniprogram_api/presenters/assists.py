from datetime import datetime

from app.domain import members
from app.domain.assist import Helped, Prize, Review, TaskView
from app.kernel.paging import Page
from app.web.words import Told

HELP_PAGE = "pages/assist/help"
"""Where the mini-program lets a friend help. The token is its `scene`, as in the code's."""

START_TEMPLATE = "21B034D08C5615B9889CE362BB957B1EE69A584B"
"""The platform's template of a card that changes, while people are still joining."""


class AssistPrize(Told):
    name: str
    face: str
    market_value_fen: int


class MyHelp(Told):
    """`state`: counted, held (looked at by the shop first) or rejected."""

    help: str
    state: str
    reward_card: str | None


class AssistTaskView(Told):
    """Who asks, what both get, the rules, how far it is, and until when. Names are masked.

    `state`: open, full, expired, under_review or stopped. `rules` are the merchant's own words,
    `rule_lines` the same that its buyer read before he paid.
    """

    state: str
    is_mine: bool
    sharer_name: str
    title: str
    rules: str
    rule_lines: list[str]
    prize: AssistPrize
    reward: AssistPrize
    fallback: AssistPrize | None
    new_users_only: bool
    helpers_needed: int
    helped: int
    helper_names: list[str]
    rewards_left: int | None
    ends_at: datetime
    my_help: MyHelp | None


class OwnAssist(Told):
    """A task of mine, with the voucher that it unlocks."""

    assist: str
    voucher: str
    task: AssistTaskView


class AssistPage(Told):
    items: list[OwnAssist]
    next_cursor: str | None


class AssistCard(Told):
    """For onShareAppMessage, and for wx.updateShareMenu where there is an `activity_id`."""

    title: str
    picture_path: str | None
    path: str
    token: str
    activity_id: str | None
    template_id: str
    member_count: str
    room_limit: str


class ReviewView(Told):
    """A help that waits for a decision, with what speaks against it; names are masked."""

    help: str
    state: str
    reasons: list[str]
    risk_rank: int | None
    helped_at: datetime
    from_group: bool
    same_device: int
    same_address: int
    helper: str
    helper_name: str
    sharer: str
    sharer_name: str
    campaign: str
    assist: str
    assist_state: str
    helpers_needed: int
    helped: int
    ends_at: datetime
    appeal: str | None
    appealed_at: datetime | None


class ReviewPage(Told):
    items: list[ReviewView]
    next_cursor: str | None


class ReviewDecided(Told):
    help: str
    state: str
    assist_state: str | None = None


def present_task(task: TaskView) -> AssistTaskView:
    mine = task.my_help
    return AssistTaskView(
        state=task.state,
        is_mine=task.is_mine,
        sharer_name=task.sharer_name,
        title=task.terms.wording.title,
        rules=task.terms.wording.rules,
        rule_lines=list(task.rule_lines),
        prize=_prize(task.prize),
        reward=_prize(task.reward),
        fallback=_prize(task.fallback) if task.fallback else None,
        new_users_only=task.terms.new_users_only,
        helpers_needed=task.helpers_needed,
        helped=task.counted,
        helper_names=list(task.helper_names),
        rewards_left=task.rewards_left,
        ends_at=task.ends_at,
        my_help=MyHelp(help=mine.number, state=mine.state, reward_card=mine.reward_card)
        if mine
        else None,
    )


def present_own(task: TaskView) -> OwnAssist:
    return OwnAssist(assist=task.number, voucher=task.voucher_number, task=present_task(task))


def present_page(page: Page[TaskView]) -> AssistPage:
    return AssistPage(
        items=[present_own(task) for task in page.items], next_cursor=page.next_cursor
    )


def present_helped(done: Helped) -> MyHelp:
    return MyHelp(help=done.number, state=done.state, reward_card=done.reward_card)


def present_card(task: TaskView, *, token: str, activity_id: str | None) -> AssistCard:
    return AssistCard(
        title=task.terms.wording.share_title,
        picture_path=task.terms.wording.share_picture,
        path=f"{HELP_PAGE}?scene={token}",
        token=token,
        activity_id=activity_id,
        template_id=START_TEMPLATE,
        member_count=str(task.counted),
        room_limit=str(task.helpers_needed),
    )


def present_reviews(page: Page[Review]) -> ReviewPage:
    return ReviewPage(items=[_review(each) for each in page.items], next_cursor=page.next_cursor)


def _review(row: Review) -> ReviewView:
    return ReviewView(
        help=row.number,
        state=row.state,
        reasons=list(row.reasons),
        risk_rank=row.risk_rank,
        helped_at=row.at,
        from_group=row.from_group,
        same_device=row.same_device,
        same_address=row.same_address,
        helper=row.helper_number,
        helper_name=members.masked_name(row.helper_nickname),
        sharer=row.sharer_number,
        sharer_name=members.masked_name(row.sharer_nickname),
        campaign=row.campaign_number,
        assist=row.task_number,
        assist_state=row.task_state,
        helpers_needed=row.helpers_needed,
        helped=row.counted,
        ends_at=row.ends_at,
        appeal=row.appeal,
        appealed_at=row.appealed_at,
    )


def _prize(prize: Prize) -> AssistPrize:
    return AssistPrize(
        name=prize.name, face=prize.face_text, market_value_fen=prize.market_value_fen
    )
