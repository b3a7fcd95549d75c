"""Every route there is, and how the one who may calls it.

A new route needs a line in one of the tables: `test_every_route_is_walked` fails without it.
"""

from tests.walks.ways_campaigns import CAMPAIGNS
from tests.walks.ways_customer import CUSTOMER
from tests.walks.ways_desk import DESKS
from tests.walks.ways_economy import ECONOMY
from tests.walks.ways_friends import FRIENDS
from tests.walks.ways_house import HOUSE
from tests.walks.ways_monthly_cards import MONTHLY_CARDS
from tests.walks.ways_service import SERVICE

WAYS = CAMPAIGNS | CUSTOMER | FRIENDS | ECONOMY | DESKS | MONTHLY_CARDS | SERVICE | HOUSE
