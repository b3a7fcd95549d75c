"""Double entry. Every fen and point that moves, moves here."""

from app.domain.ledger.actions import open_house_accounts, post
from app.domain.ledger.errors import AlreadyPosted, InsufficientBalance
from app.domain.ledger.models import Account, Entry, PostingRow
from app.domain.ledger.queries import Movement, balance_of, list_movements
from app.domain.ledger.rules import AccountKind, AccountName, Asset, Posting, house
from app.domain.ledger.verifying import findings, verify

__all__ = [
    "Account",
    "AccountKind",
    "AccountName",
    "AlreadyPosted",
    "Asset",
    "Entry",
    "InsufficientBalance",
    "Movement",
    "Posting",
    "PostingRow",
    "balance_of",
    "findings",
    "house",
    "list_movements",
    "open_house_accounts",
    "post",
    "verify",
]
