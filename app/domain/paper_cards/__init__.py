"""Cards of paper and plastic, brought in or printed by us, that members bind by a scan."""

from app.domain.paper_cards.batches import (
    BatchLine,
    Imported,
    Wish,
    import_cards,
    list_batches,
    print_cards,
    stop_batch,
)
from app.domain.paper_cards.binding import Bound, bind, take_over
from app.domain.paper_cards.errors import PaperCardOver, PaperCardTaken, PaperCardUnknown
from app.domain.paper_cards.models import CardBatch, PaperCard
from app.domain.paper_cards.rules import BadLine, in_groups, qr_text, read_codes

__all__ = [
    "BadLine",
    "BatchLine",
    "Bound",
    "CardBatch",
    "Imported",
    "PaperCard",
    "PaperCardOver",
    "PaperCardTaken",
    "PaperCardUnknown",
    "Wish",
    "bind",
    "import_cards",
    "in_groups",
    "list_batches",
    "print_cards",
    "qr_text",
    "read_codes",
    "stop_batch",
    "take_over",
]
