"""new kinds of accounts, offers and benefits."""

from alembic import op

revision = "c1000a5e2f01"
down_revision = "f70c21b94e13"
branch_labels = None
depends_on = None

ACCOUNTS = (
    "kind IN ('payers', 'prepaid', 'earned', 'late_money', 'points_issued', "
    "'points_spent', 'points_expired', 'points', 'points_debt', "
    "'points_pending', 'points_held', 'value_paid', 'value_bonus', "
    "'value_held', 'bonus_issued', 'gift_cards')"
)
OFFERS = (
    "kind IN ('single', 'bundle', 'assist', 'membership', 'subscription', 'topup', 'gift_card')"
)
BENEFITS = (
    "kind IN ('cash', 'discount', 'exchange', 'shipping', 'right', 'delivery', 'code', 'booking')"
)
OLD_ACCOUNTS = (
    "kind IN ('payers', 'prepaid', 'earned', 'late_money', 'points_issued', 'points_spent', "
    "'points_expired', 'points', 'points_debt')"
)
OLD_OFFERS = "kind IN ('single', 'bundle', 'assist')"
OLD_BENEFITS = "kind IN ('cash', 'discount', 'exchange', 'shipping', 'right')"
CHECKS = (
    ("ledger_accounts", "ck_ledger_accounts_accountkind", ACCOUNTS, OLD_ACCOUNTS),
    ("offers", "ck_offers_offerkind", OFFERS, OLD_OFFERS),
    ("benefit_revisions", "ck_benefit_revisions_benefitkind", BENEFITS, OLD_BENEFITS),
)


def upgrade() -> None:
    for table, name, new, _ in CHECKS:
        op.drop_constraint(name, table)
        op.create_check_constraint(op.f(name), table, new)


def downgrade() -> None:
    for table, name, _, old in CHECKS:
        op.drop_constraint(name, table)
        op.create_check_constraint(op.f(name), table, old)
