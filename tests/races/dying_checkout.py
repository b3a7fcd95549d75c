"""A checkout that is killed with its pots in hand: `dying_checkout.py WISH WHEN`.

WHEN is "holding" (some pots are held, nothing is committed) or "before_prepay" (everything is
committed, and WeChat was not asked for a bill yet).
"""

import os
import signal
import sys

import msgspec

from app.domain import orders
from app.domain.orders import tenders
from app.kernel import clock
from app.kernel.db import transaction
from wsgi import app


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


wish, when = sys.argv[1:]
if when == "holding":
    tenders._hold_value = die
with app.app_context():
    with transaction():
        orders.place(msgspec.json.decode(wish, type=orders.Wish), key=None, at=clock.now())
    die()
