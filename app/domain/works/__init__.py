"""Long work: asked for by a person, done by jobs step by step, watched, stopped, kept for a while."""

from app.domain.works.asking import ask, cancel, retry
from app.domain.works.doing import NewFile, Step, Work, advance, fail, take
from app.domain.works.errors import WorkOver
from app.domain.works.events import WorkAsked
from app.domain.works.forgetting import OldWork, forget, forget_files, list_old, list_old_files
from app.domain.works.models import WorkState
from app.domain.works.queries import (
    WorkFileView,
    WorkView,
    count_open,
    find_file,
    get_work,
    list_files,
    list_works,
)

__all__ = [
    "NewFile",
    "OldWork",
    "Step",
    "Work",
    "WorkAsked",
    "WorkFileView",
    "WorkOver",
    "WorkState",
    "WorkView",
    "advance",
    "ask",
    "cancel",
    "count_open",
    "fail",
    "find_file",
    "forget",
    "forget_files",
    "get_work",
    "list_files",
    "list_old",
    "list_old_files",
    "list_works",
    "retry",
    "take",
]
