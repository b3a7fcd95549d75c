"""JSON for the mini-program: customers, staff at the counter, and cashier systems."""

from miniprogram_api import (
    card_bag,
    counter,
    counter_sessions,
    grants,
    official,
    orders,
    paying,
    points,
    session,
    shelf,
    wallet,
)

BLUEPRINTS = (
    session.bp,
    official.bp,
    official.ways,
    shelf.bp,
    orders.bp,
    paying.bp,
    wallet.bp,
    card_bag.bp,
    points.bp,
    grants.bp,
    counter_sessions.bp,
    counter.bp,
)
