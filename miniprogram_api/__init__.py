"""JSON for the mini-program: customers, staff at the counter, and cashier systems."""

from miniprogram_api import (
    counter,
    counter_sessions,
    grants,
    orders,
    paying,
    points,
    session,
    shelf,
    wallet,
)

BLUEPRINTS = (
    session.bp,
    shelf.bp,
    orders.bp,
    paying.bp,
    wallet.bp,
    points.bp,
    grants.bp,
    counter_sessions.bp,
    counter.bp,
)
