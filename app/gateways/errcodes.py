"""What WeChat's errcodes ask us to do: come later, take a new token, or never ask this again."""

STALE_TOKEN = frozenset({40001, 40014, 42001})
# Busy, somebody else is sending to the same person, or a quota that fills up again.
LATER = frozenset({-1, 43108, 44990, 44991, 45009, 45011})
# Everything else is final. These have a name where somebody reacts to them.
IN_OUR_WORDS = {
    40029: "code_invalid",
    40163: "code_invalid",
    40226: "user_blocked",
    43101: "not_subscribed",
}
