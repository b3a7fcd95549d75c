"""Friends help unlock: tasks of whoever bought, helps of his friends, and doubts looked at."""

from app.domain.assist.closing import Due, close, hurry, list_due, list_to_hurry
from app.domain.assist.doubts import Doubt, list_doubts
from app.domain.assist.errors import AssistNotHere, AssistRefusal
from app.domain.assist.events import (
    AssistHelped,
    AssistHurry,
    AssistOver,
    AssistShort,
    AssistUnlocked,
)
from app.domain.assist.figures import Figures, HelpsOfDay, figures_of, helps_by_day
from app.domain.assist.helping import Helped, HelpWish, help_out
from app.domain.assist.joining import take_over
from app.domain.assist.links import token_of
from app.domain.assist.models import AssistHelp, AssistTask, HelpState, TaskState
from app.domain.assist.opening import Bought, open_tasks
from app.domain.assist.promising import Promise, promise_of
from app.domain.assist.queries import (
    AssistWords,
    HelpView,
    Prize,
    Progress,
    TaskView,
    get_own,
    list_own,
    look,
    notice_words,
    progress,
)
from app.domain.assist.reviewing import (
    Review,
    appeal,
    approve,
    list_reviews,
    reject,
)
from app.domain.assist.rules import Signals, Weight, weigh
from app.domain.assist.sharing import keep_activity, note_device
from app.domain.assist.stopping import stop_tasks

__all__ = [
    "AssistHelp",
    "AssistHelped",
    "AssistHurry",
    "AssistNotHere",
    "AssistOver",
    "AssistRefusal",
    "AssistShort",
    "AssistTask",
    "AssistUnlocked",
    "AssistWords",
    "Bought",
    "Doubt",
    "Due",
    "Figures",
    "HelpState",
    "HelpView",
    "HelpWish",
    "Helped",
    "HelpsOfDay",
    "Prize",
    "Progress",
    "Promise",
    "Review",
    "Signals",
    "TaskState",
    "TaskView",
    "Weight",
    "appeal",
    "approve",
    "close",
    "figures_of",
    "get_own",
    "help_out",
    "helps_by_day",
    "hurry",
    "keep_activity",
    "list_doubts",
    "list_due",
    "list_own",
    "list_reviews",
    "list_to_hurry",
    "look",
    "note_device",
    "notice_words",
    "open_tasks",
    "progress",
    "promise_of",
    "reject",
    "stop_tasks",
    "take_over",
    "token_of",
    "weigh",
]
