"""What people let a mini-program write to them, beyond the single grants."""

from dataclasses import dataclass, field

Wish = tuple[str, str, str]  # appid, openid, template_id


@dataclass(kw_only=True)
class Consents:
    """Callers hold the world's lock.

    `kept` has the choices that were ticked "always keep" or made in the settings, `muted` who
    turned the main switch off (appid, openid), `banned` templates (appid, template_id). A send
    keeps its person busy for `sending_seconds`, in which another one is 43108.
    """

    sending_seconds: float = 0.0
    kept: dict[Wish, bool] = field(default_factory=dict)
    muted: set[tuple[str, str]] = field(default_factory=set)
    banned: set[tuple[str, str]] = field(default_factory=set)
    busy_until: dict[tuple[str, str], float] = field(default_factory=dict)
