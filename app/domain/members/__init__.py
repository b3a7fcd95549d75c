"""People: who signs in, who they are to a merchant, and when two of them turn out to be one."""

from app.domain.members.blocking import block, end_sessions, unblock
from app.domain.members.codes import CodeState, code_state, freeze_codes, reissue_codes
from app.domain.members.desk import (
    Label,
    MemberRow,
    find_by_phone,
    labels_of,
    list_by_nickname,
    list_for_desk,
    reveal_phone,
    row_of,
)
from app.domain.members.details import (
    hold_session,
    masked_name,
    masked_phone,
    set_avatar,
    set_nickname,
    set_phone,
)
from app.domain.members.errors import CodesFrozen, MemberBlocked, NicknameRefused, SessionEnded
from app.domain.members.events import MembersMerged, NameErased, PersonErased
from app.domain.members.forgetting import (
    drop_avatars,
    erase_nickname,
    erase_person,
    erase_phone,
)
from app.domain.members.models import Member, MemberState, User, WechatIdentity
from app.domain.members.queries import (
    canonical_id,
    find_member_id,
    find_openid,
    find_openid_of_user,
    find_user_ids,
    get_canonical_member,
    get_member,
    list_by_phone,
    list_shapes,
    list_user_ids,
    session_is_good,
)
from app.domain.members.rules import AVATAR_FOLDER, normal_nickname
from app.domain.members.signing_in import (
    SignedIn,
    find_by_openid,
    has_unionid,
    join,
    meet,
    sign_in,
)
from app.domain.members.statements import SAME_PERSON, SESSION_IS_GOOD

__all__ = [
    "AVATAR_FOLDER",
    "SAME_PERSON",
    "SESSION_IS_GOOD",
    "CodeState",
    "CodesFrozen",
    "Label",
    "Member",
    "MemberBlocked",
    "MemberRow",
    "MemberState",
    "MembersMerged",
    "NameErased",
    "NicknameRefused",
    "PersonErased",
    "SessionEnded",
    "SignedIn",
    "User",
    "WechatIdentity",
    "block",
    "canonical_id",
    "code_state",
    "drop_avatars",
    "end_sessions",
    "erase_nickname",
    "erase_person",
    "erase_phone",
    "find_by_openid",
    "find_by_phone",
    "find_member_id",
    "find_openid",
    "find_openid_of_user",
    "find_user_ids",
    "freeze_codes",
    "get_canonical_member",
    "get_member",
    "has_unionid",
    "hold_session",
    "join",
    "labels_of",
    "list_by_nickname",
    "list_by_phone",
    "list_for_desk",
    "list_shapes",
    "list_user_ids",
    "masked_name",
    "masked_phone",
    "meet",
    "normal_nickname",
    "reissue_codes",
    "reveal_phone",
    "row_of",
    "session_is_good",
    "set_avatar",
    "set_nickname",
    "set_phone",
    "sign_in",
    "unblock",
]
