"""Whose money it is: the keys of one WeChat Pay account."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class PayChannel:
    """Two channels with the same values share one client; a changed key makes another one.

    `sub_mchid` is None for a merchant's own account and names the shop when the account is a
    service provider's. `brand_id` is the brand that signs with the account's keys, where one does.
    `base_url` is None where the settings decide.
    """

    mchid: str
    sub_mchid: str | None = None
    brand_id: str | None = None
    appid: str
    serial: str
    private_key_pem: str = field(repr=False)
    apiv3_key: str = field(repr=False)
    public_key_id: str
    public_key_pem: str = field(repr=False)
    notify_url_payment: str
    notify_url_refund: str
    base_url: str | None = None
