"""Proof for the whole database, across all subjects: where every voucher is, and why."""

from app.domain.proofs.standing import REFUND_TAKES
from app.domain.proofs.verifying import findings, unfinished, verify

__all__ = ["REFUND_TAKES", "findings", "unfinished", "verify"]
