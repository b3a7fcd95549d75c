"""Scripts and templates written into every word that people and shops can say."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from app.migrations.metadata import METADATA
from attack.stage import Stage

MARK = "data-xss"
# The longest that a column takes. Each alone would show itself in a page that lets it out.
PAYLOADS = (
    (
        f"\"><img {MARK} src=x onerror=sprung(1)>'`{{{{1337*1337}}}}${{7*7}}</script>"
        f"<script {MARK}>sprung(2)</script><svg {MARK} onload=sprung(3)>"
    ),
    f"\"><img {MARK} src=x onerror=sprung(1)>'",
    f"<img {MARK} src onerror=sprung()>",
    f"<b {MARK}>",
)
# Rules that are read back within bounds: what is too long for them could not be there.
SHORT = {"tier_rules"}
ONE = sql.SQL("UPDATE {0} SET {1} = %s WHERE ctid = (SELECT ctid FROM {0} WHERE {2} = %s LIMIT 1)")
# What the template would have made of its sum.
COMPUTED = "1787569"
# By table: the columns that hold words of somebody's own. All others hold ours.
WORDS: dict[str, tuple[str, ...]] = {
    "api_keys": ("name",),
    "approvals": ("reason", "decision"),
    "assist_helps": ("review_reason", "appeal"),
    "bag_cards": ("trouble",),
    "benefit_revisions": ("name", "hand_over"),
    "benefits": ("name",),
    "bill_differences": ("settled_reason",),
    "booking_sessions": ("title",),
    "card_batches": ("title",),
    "cards": ("title",),
    "categories": ("name",),
    "complaint_lines": ("text", "trouble"),
    "complaint_photos": ("trouble",),
    "consents": ("name",),
    "complaint_tickets": ("resolution",),
    "family_requests": ("note",),
    "family_seats": ("name",),
    "gifts": ("message",),
    "goodwill_grants": ("reason",),
    "inbox": ("failure",),
    "member_tags": ("tag",),
    "members": ("nickname",),
    "merchants": ("name", "slogan", "service_phone"),
    "offers": ("title", "description"),
    "offline_devices": ("agent",),
    "offline_scans": ("close_reason",),
    "order_lines": ("title",),
    "orders": (
        "source_channel",
        "source_scene",
        "source_group",
        "source_referrer",
        "close_reason",
    ),
    "outbox": ("error",),
    "panel_accounts": ("login",),
    "panel_sessions": ("agent",),
    "panel_tickets": ("agent",),
    "parcels": ("company", "tracking_number", "trouble"),
    "platform_notices": ("text", "reference"),
    "pending_points": ("reason",),
    "point_earnings": ("name",),
    "point_factors": ("name",),
    "point_lots": ("reason",),
    "point_rules": ("name",),
    "promotion_events": ("name",),
    "redemptions": ("reverse_reason",),
    "refunds": ("reason", "trouble"),
    "returns": ("reason", "decision", "trouble"),
    "scenes": ("title",),
    "sent_messages": ("reason",),
    "shift_closings": ("note",),
    "shipping_parcels": ("item", "company", "tracking_number", "contact"),
    "shipping_reports": ("item", "company", "tracking_number", "contact", "trouble"),
    "staff": ("name",),
    "stores": ("name", "address"),
    "subscriptions": ("title",),
    "transfers": ("reason", "trouble", "by_hand", "fail_reason"),
    "value_adjustments": ("reason",),
    "value_wallets": ("frozen_reason",),
    "voucher_events": ("reason",),
    "wechat_apps": ("name", "welcome", "reply"),
    "work_files": ("name",),
    "works": ("title", "told"),
}
# Names of columns that hold numbers, kinds, keys and the like, whatever their table.
OURS = frozenset(
    """
    action activity_id actor address address_sealed appid asked_by asset avatar bill_no body brand_id capability
    card_number cause channel closed_by code code_text colour cover decided_by delivery
    digits earn_on event event_key figure first_scene from_state from_tier goods_kind
    group_id handle held_from how job kept_as key kind last_scene last_signs location log_id logo
    mchid media_type message message_mode mode next_code number occasion old_code openid original_id
    ours outer_reference own_code package_info page password_hash paused_by period platform_id
    prepay_id proposed_by public_key_id public_key_pem published_by payer_openid payment_number
    redemption reference refund refund_number refund_policy refusal request_number result revision
    reversed_by reviewer reward_card role seen serial serial slice source state sub_mchid subject
    template_id theirs ticket tier to_state to_tier transaction_id transfer_number unionid url
    usage_order view_as wanted wechat_refund_id who friend headers consent_version revoked_by
    settled_by made_by offer zone
    """.split()  # noqa: SIM905 - a page of words is read more easily than a list
)


def plant(stage: Stage, merchant_id: int) -> dict[str, int]:
    """Write a payload into every word of this shop; by column, how many rows took one.

    Past the checks of the forms, since a page may not rely on them. In JSON every value that is
    written in Chinese is somebody's word.
    """
    taken: dict[str, int] = {}
    with psycopg.connect(stage.database, autocommit=True) as hand:
        for table, columns in WORDS.items():
            for column in columns:
                taken[f"{table}.{column}"] = _write(hand, table, column, merchant_id)
        for table, column in _json_columns():
            taken[f"{table}.{column}"] = _write_inside(hand, table, column, merchant_id)
    return taken


def unknown_columns() -> list[str]:
    """Columns of text of which nobody said whose words they hold."""
    return [
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if str(column.type).upper() in {"TEXT", "VARCHAR"}
        and column.name not in OURS
        and column.name not in WORDS.get(table.name, ())
    ]


def _write(hand: psycopg.Connection[Any], table: str, column: str, merchant_id: int) -> int:
    """The longest payload that the column takes; into one row, where no two may say the same."""
    own = "id" if table == "merchants" else "merchant_id"
    names = [sql.Identifier(each) for each in (table, column, own)]
    statement = sql.SQL("UPDATE {} SET {} = %s WHERE {} = %s").format(*names)
    for payload in PAYLOADS:
        try:
            return hand.execute(statement, (payload, merchant_id)).rowcount
        except (psycopg.errors.CheckViolation, psycopg.errors.StringDataRightTruncation):
            continue
        except psycopg.errors.UniqueViolation:
            return hand.execute(ONE.format(*names), (payload, merchant_id)).rowcount
    return 0


def _json_columns() -> list[tuple[str, str]]:
    return [
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.columns
        if str(column.type).upper() in {"JSON", "JSONB"} and "merchant_id" in table.columns
    ]


def _write_inside(hand: psycopg.Connection[Any], table: str, column: str, merchant_id: int) -> int:
    look = sql.SQL("SELECT ctid::text, {} FROM {} WHERE merchant_id = %s").format(
        sql.Identifier(column), sql.Identifier(table)
    )
    change = sql.SQL("UPDATE {} SET {} = %s WHERE ctid = %s::tid").format(
        sql.Identifier(table), sql.Identifier(column)
    )
    count = 0
    for place, told in hand.execute(look, (merchant_id,)).fetchall():
        changed = spoilt(told, PAYLOADS[-1] if table in SHORT else PAYLOADS[0])
        if changed != told:
            count += hand.execute(change, (Jsonb(changed), place)).rowcount
    return count


def spoilt(told: Any, payload: str = PAYLOADS[0]) -> Any:
    """The same with a payload for every Chinese word."""
    if isinstance(told, dict):
        return {name: spoilt(value, payload) for name, value in told.items()}
    if isinstance(told, list):
        return [spoilt(each, payload) for each in told]
    is_word = isinstance(told, str) and any("\u4e00" <= letter <= "\u9fff" for letter in told)
    return payload if is_word else told
