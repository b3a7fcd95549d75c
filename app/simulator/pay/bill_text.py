"""How a statement is written: Chinese heads, a backtick before every value, yuan."""

from collections.abc import Sequence

from app.simulator.clock import beijing


def columns(head: str) -> list[str]:
    """The names in a head line."""
    return head.split(",")


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    summary_head: Sequence[str],
    summary: Sequence[str],
) -> str:
    """The four parts of a statement; lines end with CR LF."""
    lines = [",".join(head), *map(_line, rows), ",".join(summary_head), _line(summary)]
    return "".join(f"{line}\r\n" for line in lines)


def yuan(fen: int) -> str:
    """12345 fen are 123.45 yuan."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fee_yuan(fen: int) -> str:
    """Fees are told with five decimals."""
    return f"{yuan(fen)}000"


def moment(at: float) -> str:
    """2026-05-01 10:00:00 in Beijing."""
    return f"{beijing(at):%Y-%m-%d %H:%M:%S}"


def _line(cells: Sequence[str]) -> str:
    return ",".join(f"`{_clean(cell)}" for cell in cells)


def _clean(cell: str) -> str:
    return cell.replace(",", " ").replace("\n", " ")
