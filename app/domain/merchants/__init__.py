"""Shops: the merchant, its stores and staff, its cashier keys, apps and pay channels."""

from app.domain.merchants.api_keys import (
    KeyOnDuty,
    NewApiKey,
    add_api_key,
    find_api_key,
    revoke_api_key,
)
from app.domain.merchants.apps import AppSecrets, add_app, change_app_secret, get_app
from app.domain.merchants.errors import (
    AlreadyAdded,
    InvitationInvalid,
    LastOwner,
    NotOnDuty,
)
from app.domain.merchants.models import (
    AppKind,
    Merchant,
    PayChannel,
    PayMode,
    Role,
    Scope,
    Staff,
    StaffState,
    Store,
    WechatApp,
)
from app.domain.merchants.pay_channels import (
    ChannelSecrets,
    add_pay_channel,
    close_pay_channel,
    default_pay_channel,
    get_pay_channel,
    get_pay_channel_by_number,
    renew_pay_channel,
)
from app.domain.merchants.profiles import (
    Profile,
    add_merchant,
    forget_profiles,
    get_merchant,
    merchant_id_of,
    profile,
)
from app.domain.merchants.staff import (
    StaffOnDuty,
    disable_staff,
    find_staff_of_user,
    list_stores_of_staff,
    staff_at_store,
)
from app.domain.merchants.staff_invitations import (
    Invitation,
    accept_invitation,
    invite_staff,
)
from app.domain.merchants.stores import add_store, close_store, get_store, list_stores

__all__ = [
    "AlreadyAdded",
    "AppKind",
    "AppSecrets",
    "ChannelSecrets",
    "Invitation",
    "InvitationInvalid",
    "KeyOnDuty",
    "LastOwner",
    "Merchant",
    "NewApiKey",
    "NotOnDuty",
    "PayChannel",
    "PayMode",
    "Profile",
    "Role",
    "Scope",
    "Staff",
    "StaffOnDuty",
    "StaffState",
    "Store",
    "WechatApp",
    "accept_invitation",
    "add_api_key",
    "add_app",
    "add_merchant",
    "add_pay_channel",
    "add_store",
    "change_app_secret",
    "close_pay_channel",
    "close_store",
    "default_pay_channel",
    "disable_staff",
    "find_api_key",
    "find_staff_of_user",
    "forget_profiles",
    "get_app",
    "get_merchant",
    "get_pay_channel",
    "get_pay_channel_by_number",
    "get_store",
    "invite_staff",
    "list_stores",
    "list_stores_of_staff",
    "merchant_id_of",
    "profile",
    "renew_pay_channel",
    "revoke_api_key",
    "staff_at_store",
]
