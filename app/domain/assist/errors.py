from typing import Self

from app.kernel.errors import DomainError


class AssistRefusal(DomainError):
    """A help, or a decision about one, that cannot be. The class's own words are for people."""

    words = ""

    @classmethod
    def told(cls, **details: object) -> Self:
        """The refusal in this class's own words."""
        return cls(cls.words, **details)


class AssistNotHere(AssistRefusal):
    """The platform forbids it on web pages."""

    code, status = "assist_not_here", 403
    words = "好友助力只能在小程序内进行"


class OwnTask(AssistRefusal):
    code = "assist_own"
    words = "不能为自己助力，请分享给好友"


class HelpedBefore(AssistRefusal):
    """One person counts once in a campaign."""

    code = "assist_helped_before"
    words = "您已参与过本次活动的助力"


class TaskFull(AssistRefusal):
    code = "assist_full"
    words = "助力已完成，感谢您的热心"


class TaskExpired(AssistRefusal):
    code = "assist_expired"
    words = "助力已到期"


class TaskUnderReview(AssistRefusal):
    code = "assist_under_review"
    words = "助力人数已满，正在确认中"


class TaskStopped(AssistRefusal):
    code = "assist_stopped"
    words = "活动已结束"


class RewardsGone(AssistRefusal):
    code = "assist_over"
    words = "助力奖励已发完"


class NewOnly(AssistRefusal):
    code = "assist_new_only"
    words = "本活动仅限新用户助力"


class HelperCap(AssistRefusal):
    code = "assist_helper_cap"
    words = "您今天的助力次数已用完，明天再来吧"


class SharerCap(AssistRefusal):
    code = "assist_sharer_cap"
    words = "好友今天收到的助力已满，明天再来吧"


class NotNow(AssistRefusal):
    """High risk, in words that accuse nobody and teach nothing."""

    code = "assist_not_now"
    words = "当前无法参与，请稍后再试"


class ReviewDone(AssistRefusal):
    code = "assist_review_done"
    words = "这次助力已经处理过了"
