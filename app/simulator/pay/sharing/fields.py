"""The field tables of /v3/profitsharing."""

from app.simulator.pay.fields import Flag, Record, Rows, Text, Whole

TYPES = ("MERCHANT_ID", "PERSONAL_OPENID", "PERSONAL_SUB_OPENID")
RELATIONS = (
    *("SERVICE_PROVIDER", "STORE", "STAFF", "STORE_OWNER", "PARTNER", "HEADQUARTER"),
    *("BRAND", "DISTRIBUTOR", "USER", "SUPPLIER", "CUSTOM"),
)
NUMBER = r"[0-9A-Za-z_\-|*@]+"
SEALED = 10240

_PARTIES = {
    "sub_mchid": Text(longest=32),
    "appid": Text(longest=32),
    "sub_appid": Text(longest=32),
}
_WHO = {
    "type": Text(longest=32, choices=TYPES, required=True),
    "account": Text(longest=64, required=True),
}
ADD = Record(
    fields={
        **_PARTIES,
        **_WHO,
        "name": Text(longest=SEALED),
        "relation_type": Text(longest=32, choices=RELATIONS, required=True),
        "custom_relation": Text(longest=10),
    }
)
DELETE = Record(fields={**_PARTIES, **_WHO})
SHARE = Record(
    fields={
        **_PARTIES,
        "transaction_id": Text(longest=32, required=True),
        "out_order_no": Text(longest=64, pattern=NUMBER, required=True),
        "receivers": Rows(
            required=True,
            of=Record(
                fields={
                    **_WHO,
                    "name": Text(longest=SEALED),
                    "amount": Whole(least=1, required=True),
                    "description": Text(longest=80, required=True),
                }
            ),
        ),
        "unfreeze_unsplit": Flag(required=True),
    }
)
UNFREEZE = Record(
    fields={
        "sub_mchid": Text(longest=32),
        "transaction_id": Text(longest=32, required=True),
        "out_order_no": Text(longest=64, pattern=NUMBER, required=True),
        "description": Text(longest=80, required=True),
    }
)
RETURN = Record(
    fields={
        "sub_mchid": Text(longest=32),
        "order_id": Text(longest=64),
        "out_order_no": Text(longest=64, pattern=NUMBER),
        "out_return_no": Text(longest=64, pattern=NUMBER, required=True),
        "return_mchid": Text(longest=32, required=True),
        "amount": Whole(least=1, required=True),
        "description": Text(longest=80, required=True),
    }
)
