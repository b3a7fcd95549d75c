"""Instants that tests speak of. NOON is 20:00 in Shanghai, on a Friday."""

from datetime import UTC, datetime

NOON = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
