"""Cards of paper and plastic, brought in or printed by us, that members bind by a scan."""

from app.domain.paper_cards.batches import (
    MOST_PER_BATCH,
    BatchLine,
    Imported,
    Wish,
    import_cards,
    list_batches,
    print_cards,
    stop_batch,
)
from app.domain.paper_cards.binding import Bound, bind, take_over
from app.domain.paper_cards.contents import Contents, Packed, contents_of
from app.domain.paper_cards.errors import (
    BatchNotHeld,
    BatchUnfit,
    PaperCardOver,
    PaperCardTaken,
    PaperCardUnknown,
    PaperCardUsed,
)
from app.domain.paper_cards.holding import hold, lock_held, release
from app.domain.paper_cards.models import CardBatch, PaperCard
from app.domain.paper_cards.rules import BadLine, in_groups, qr_text, read_cards
from app.domain.paper_cards.undoing import Undone, undo

__all__ = [
    "MOST_PER_BATCH",
    "BadLine",
    "BatchLine",
    "BatchNotHeld",
    "BatchUnfit",
    "Bound",
    "CardBatch",
    "Contents",
    "Imported",
    "Packed",
    "PaperCard",
    "PaperCardOver",
    "PaperCardTaken",
    "PaperCardUnknown",
    "PaperCardUsed",
    "Undone",
    "Wish",
    "bind",
    "contents_of",
    "hold",
    "import_cards",
    "in_groups",
    "list_batches",
    "lock_held",
    "print_cards",
    "qr_text",
    "read_cards",
    "release",
    "stop_batch",
    "take_over",
    "undo",
]
