from app.kernel.errors import DomainError


class PaperCardUnknown(DomainError):
    """No card has this code here; or its batch was stopped, or its time is over."""

    code, status = "paper_card_unknown", 404


class PaperCardTaken(DomainError):
    """Somebody has bound this card before; `mine` says whether it was the same member."""

    code = "paper_card_taken"


class BatchUnfit(DomainError):
    """Cards with nothing on them, or whose last day is over or beyond all reason; `details.why`."""

    code = "card_batch_unfit"


class BatchNotHeld(DomainError):
    """Nobody has to agree to it: its cards can be bound already, or never can be any more."""

    code = "card_batch_not_held"


class PaperCardUsed(DomainError):
    """Something of it was used or given away, so it cannot be taken back whole."""

    code = "paper_card_used"


class PaperCardOver(DomainError):
    """Its time is over, or its batch was stopped."""

    code = "paper_card_over"
