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
from app.domain.paper_cards.errors import (
    BatchUnfit,
    PaperCardOver,
    PaperCardTaken,
    PaperCardUnknown,
    PaperCardUsed,
)
from app.domain.paper_cards.holding import hold, release
from app.domain.paper_cards.models import CardBatch, PaperCard
from app.domain.paper_cards.rules import BadLine, in_groups, qr_text, read_cards
from app.domain.paper_cards.undoing import Undone, undo

__all__ = [
    "MOST_PER_BATCH",
    "BadLine",
    "BatchLine",
    "BatchUnfit",
    "Bound",
    "CardBatch",
    "Imported",
    "PaperCard",
    "PaperCardOver",
    "PaperCardTaken",
    "PaperCardUnknown",
    "PaperCardUsed",
    "Undone",
    "Wish",
    "bind",
    "hold",
    "import_cards",
    "in_groups",
    "list_batches",
    "print_cards",
    "qr_text",
    "read_cards",
    "release",
    "stop_batch",
    "take_over",
    "undo",
]
