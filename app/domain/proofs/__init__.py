"""Proof for the whole database, across all subjects: where every voucher is, and why."""

from app.domain.proofs.standing import REFUND_TAKES, SLOT
from app.domain.proofs.verifying import findings, unfinished, verify
from app.domain.proofs.waiting import Waiting, waiting_everywhere

__all__ = [
    "REFUND_TAKES",
    "SLOT",
    "Waiting",
    "findings",
    "unfinished",
    "verify",
    "waiting_everywhere",
]
