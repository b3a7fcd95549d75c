"""What merchants have on their accounts, for those whose account can run dry."""

from dataclasses import dataclass, field

from app.simulator.errors import PayRefused


@dataclass(kw_only=True)
class Balances:
    """Available fen per mchid; who is not listed never runs dry. Callers hold the world's lock."""

    fen: dict[str, int] = field(default_factory=dict)

    def put(self, mchid: str, fen: int) -> None:
        """Money comes in."""
        if mchid in self.fen:
            self.fen[mchid] += fen

    def has(self, mchid: str, fen: int) -> bool:
        """Whether so much can go out."""
        return self.fen.get(mchid, fen) >= fen

    def take(self, mchid: str, fen: int) -> None:
        """Money goes out; 403 NOT_ENOUGH when there is not so much."""
        if not self.has(mchid, fen):
            raise PayRefused("NOT_ENOUGH")
        self.put(mchid, -fen)
