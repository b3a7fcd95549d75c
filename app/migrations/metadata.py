"""Every table there is, for migrations and for the tests that compare them with the database."""

from app.domain.accounts import models as _accounts
from app.domain.aftersales import models as _aftersales
from app.domain.analytics import models as _analytics
from app.domain.approvals import models as _approvals
from app.domain.assist import models as _assist
from app.domain.bookings import models as _bookings
from app.domain.campaigns import models as _campaigns
from app.domain.card_bag import models as _card_bag
from app.domain.catalog import models as _catalog
from app.domain.complaints import models as _complaints
from app.domain.consents import models as _consents
from app.domain.family import models as _family
from app.domain.following import models as _following
from app.domain.gifting import models as _gifting
from app.domain.ledger import models as _ledger
from app.domain.members import models as _members
from app.domain.membership import models as _membership
from app.domain.merchants import models as _merchants
from app.domain.messaging import models as _messaging
from app.domain.offline import models as _offline
from app.domain.orders import models as _orders
from app.domain.paper_cards import models as _paper_cards
from app.domain.payments import models as _payments
from app.domain.points import models as _points
from app.domain.pools import models as _pools
from app.domain.promotions import models as _promotions
from app.domain.redemption import models as _redemption
from app.domain.sharing import models as _sharing
from app.domain.shifts import models as _shifts
from app.domain.shipping import models as _shipping
from app.domain.stored_value import models as _stored_value
from app.domain.subscriptions import models as _subscriptions
from app.domain.vouchers import models as _vouchers
from app.domain.works import models as _works
from app.kernel import audit, inbox, outbox, request_keys
from app.kernel.db import Base

TABLES_OF = (
    audit,
    inbox,
    outbox,
    request_keys,
    _members,
    _merchants,
    _consents,
    _accounts,
    _catalog,
    _ledger,
    _points,
    _messaging,
    _following,
    _payments,
    _orders,
    _vouchers,
    _redemption,
    _gifting,
    _sharing,
    _card_bag,
    _campaigns,
    _assist,
    _shipping,
    _aftersales,
    _approvals,
    _pools,
    _bookings,
    _membership,
    _stored_value,
    _family,
    _complaints,
    _paper_cards,
    _subscriptions,
    _promotions,
    _shifts,
    _offline,
    _works,
    _analytics,
)
METADATA = Base.metadata

# Tables that no merchant owns, and the tenant table itself, whose own id is the tenant.
SHARED = frozenset({"users", "wechat_identities", "merchants"})


def tenant_tables() -> list[str]:
    """Every table that a merchant owns, in order of creation."""
    return [table.name for table in METADATA.sorted_tables if table.name not in SHARED]
