"""stored value in lots, gift cards."""

import sqlalchemy as sa
from alembic import op

from app.kernel.db import protect

revision = "c2000a5e2f02"
down_revision = "c1000a5e2f01"
branch_labels = None
depends_on = None

TABLES = [
    "value_wallets",
    "value_rules",
    "value_credits",
    "value_lots",
    "value_lot_moves",
    "value_holds",
    "value_confirmations",
    "value_adjustments",
    "gift_cards",
]


def upgrade() -> None:
    op.create_table(
        "value_wallets",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (frozen_reason IS NULL)",
            name=op.f("ck_value_wallets_frozen_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_value_wallets_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_wallets")),
        sa.UniqueConstraint(
            "merchant_id", "member_id", name=op.f("uq_value_wallets_merchant_id_member_id")
        ),
    )
    op.create_table(
        "value_rules",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("confirm_above_fen", sa.BigInteger(), nullable=False),
        sa.Column("confirm_day_above_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "confirm_day_above_fen >= confirm_above_fen",
            name=op.f("ck_value_rules_day_allows_an_order"),
        ),
        sa.CheckConstraint(
            "confirm_above_fen >= 0", name=op.f("ck_value_rules_limit_not_negative")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_rules")),
        sa.UniqueConstraint("merchant_id", name=op.f("uq_value_rules_merchant_id")),
    )
    op.create_table(
        "value_credits",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "topup",
                "gift_card",
                "adjustment",
                name="creditkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "parked",
                "open",
                "refunded",
                name="creditstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("bonus_fen", sa.BigInteger(), nullable=False),
        sa.Column("clawed_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "usage_order",
            sa.Enum(
                "proportional",
                "paid_first",
                "bonus_first",
                name="usageorder",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "clawed_fen BETWEEN 0 AND bonus_fen", name=op.f("ck_value_credits_clawed_within_bonus")
        ),
        sa.CheckConstraint(
            "paid_fen >= 0 AND bonus_fen >= 0", name=op.f("ck_value_credits_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_value_credits_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "offer_id"],
            ["offers.merchant_id", "offers.id"],
            name=op.f("fk_value_credits_merchant_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_value_credits_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_credits")),
        sa.UniqueConstraint(
            "merchant_id", "reference", name=op.f("uq_value_credits_merchant_id_reference")
        ),
    )
    op.create_index(
        "ix_value_credits_member", "value_credits", ["merchant_id", "member_id", "id"], unique=False
    )
    op.create_index(
        "ix_value_credits_order",
        "value_credits",
        ["merchant_id", "order_id"],
        unique=False,
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_index(
        "ix_value_credits_parked",
        "value_credits",
        ["made_at"],
        unique=False,
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_table(
        "value_lots",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "paid",
                "bonus",
                name="lotkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("remaining_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "remaining_fen BETWEEN 0 AND amount_fen",
            name=op.f("ck_value_lots_remaining_within_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "credit_id"],
            ["value_credits.merchant_id", "value_credits.id"],
            name=op.f("fk_value_lots_merchant_id_credit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["ledger_entries.merchant_id", "ledger_entries.id"],
            name=op.f("fk_value_lots_merchant_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_lots")),
        sa.UniqueConstraint(
            "merchant_id",
            "credit_id",
            "kind",
            name=op.f("uq_value_lots_merchant_id_credit_id_kind"),
        ),
    )
    op.create_table(
        "value_lot_moves",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "hold",
                "release",
                "give_back",
                "refund",
                "keep",
                "claw",
                "adjust",
                name="movekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("change_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("change_fen <> 0", name=op.f("ck_value_lot_moves_something_moves")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["ledger_entries.merchant_id", "ledger_entries.id"],
            name=op.f("fk_value_lot_moves_merchant_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "lot_id"],
            ["value_lots.merchant_id", "value_lots.id"],
            name=op.f("fk_value_lot_moves_merchant_id_lot_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_value_lot_moves_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_lot_moves")),
    )
    op.create_index(
        "ix_value_lot_moves_entry", "value_lot_moves", ["merchant_id", "entry_id"], unique=False
    )
    op.create_index(
        "ix_value_lot_moves_lot", "value_lot_moves", ["merchant_id", "lot_id"], unique=False
    )
    op.create_index(
        "ix_value_lot_moves_order",
        "value_lot_moves",
        ["merchant_id", "order_id"],
        unique=False,
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_table(
        "value_holds",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("spender_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "captured",
                "released",
                name="holdstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("bonus_fen", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'held') = (settled_at IS NULL)", name=op.f("ck_value_holds_settled_has_time")
        ),
        sa.CheckConstraint(
            "returned_fen = 0 OR state = 'captured'",
            name=op.f("ck_value_holds_returned_was_captured"),
        ),
        sa.CheckConstraint(
            "paid_fen + bonus_fen > 0", name=op.f("ck_value_holds_something_is_held")
        ),
        sa.CheckConstraint(
            "paid_fen >= 0 AND bonus_fen >= 0", name=op.f("ck_value_holds_not_negative")
        ),
        sa.CheckConstraint(
            "returned_fen BETWEEN 0 AND paid_fen + bonus_fen",
            name=op.f("ck_value_holds_returned_within_held"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_value_holds_merchant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_value_holds_merchant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "spender_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_value_holds_merchant_id_spender_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_holds")),
        sa.UniqueConstraint(
            "merchant_id", "order_id", name=op.f("uq_value_holds_merchant_id_order_id")
        ),
    )
    op.create_index(
        "ix_value_holds_member", "value_holds", ["merchant_id", "member_id", "id"], unique=False
    )
    op.create_index(
        "ix_value_holds_spender",
        "value_holds",
        ["merchant_id", "spender_id", "held_at"],
        unique=False,
    )
    op.create_table(
        "value_confirmations",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_value_confirmations_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_confirmations")),
        sa.UniqueConstraint(
            "merchant_id", "token_hash", name=op.f("uq_value_confirmations_merchant_id_token_hash")
        ),
    )
    op.create_index(
        "ix_value_confirmations_ending", "value_confirmations", ["ends_at"], unique=False
    )
    op.create_table(
        "value_adjustments",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "paid",
                "bonus",
                name="lotkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("change_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "rejected",
                name="adjustmentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by IS NULL)",
            name=op.f("ck_value_adjustments_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "kind = 'bonus' OR change_fen < 0",
            name=op.f("ck_value_adjustments_paid_money_is_never_made_up"),
        ),
        sa.CheckConstraint("change_fen <> 0", name=op.f("ck_value_adjustments_something_changes")),
        sa.CheckConstraint(
            "decided_by <> proposed_by", name=op.f("ck_value_adjustments_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "member_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_value_adjustments_merchant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_value_adjustments")),
    )
    op.create_index(
        "uq_value_adjustments_waiting",
        "value_adjustments",
        ["merchant_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "gift_cards",
        sa.Column("merchant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("face_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sold",
                "claimed",
                "refunded",
                name="giftcardstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'claimed') = (claimed_by IS NOT NULL)",
            name=op.f("ck_gift_cards_claimed_by_one"),
        ),
        sa.CheckConstraint(
            "(state = 'sold') = (settled_at IS NULL)", name=op.f("ck_gift_cards_settled_has_time")
        ),
        sa.CheckConstraint(
            "face_fen > 0 AND face_fen <= CASE WHEN is_named THEN 500000 ELSE 100000 END",
            name=op.f("ck_gift_cards_within_the_cap"),
        ),
        sa.CheckConstraint(
            "is_named = (valid_until IS NULL)", name=op.f("ck_gift_cards_named_never_expires")
        ),
        sa.CheckConstraint(
            "paid_fen BETWEEN 0 AND face_fen", name=op.f("ck_gift_cards_paid_within_face")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "buyer_id"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_gift_cards_merchant_id_buyer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "claimed_by"],
            ["members.merchant_id", "members.id"],
            name=op.f("fk_gift_cards_merchant_id_claimed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "order_id"],
            ["orders.merchant_id", "orders.id"],
            name=op.f("fk_gift_cards_merchant_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_gift_cards")),
        sa.UniqueConstraint(
            "merchant_id", "fingerprint", name=op.f("uq_gift_cards_merchant_id_fingerprint")
        ),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_gift_cards_merchant_id_number")),
    )
    op.create_index(
        "ix_gift_cards_buyer", "gift_cards", ["merchant_id", "buyer_id", "id"], unique=False
    )
    op.create_index("ix_gift_cards_order", "gift_cards", ["merchant_id", "order_id"], unique=False)
    op.create_index(
        "ix_members_merged_into",
        "members",
        ["merchant_id", "merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    for statement in protect(TABLES):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_members_merged_into", "members")
    for table in reversed(TABLES):
        op.drop_table(table)
