"""The WeChat Pay accounts that collect for the shop. Keys go in and never come out again."""

from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from app.admin import door, pages
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.admin.settings import bp
from app.domain import merchants
from app.domain.merchants import PayMode, Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

MODES = {PayMode.DIRECT: _("直连商户"), PayMode.PARTNER: _("服务商模式")}
DIGITS = Regexp(r"^[0-9]{8,12}$", message=_("应为 8 至 12 位数字"))
LONGEST_PEM = 8000

__all__ = ["bp"]


class Pem:
    """A key as the platform hands it out, whole."""

    def __init__(self, word: str) -> None:
        self._begins, self._ends = f"{word}-----\n", f"-----END {word}-----"

    def __call__(self, _form: Any, field: Any) -> None:
        said = (field.data or "").strip().replace("\r\n", "\n")
        is_whole = said.startswith("-----BEGIN ") and said.endswith(self._ends)
        if not is_whole or self._begins not in said:
            raise ValidationError(_("请粘贴完整的 PEM 内容，包含首尾两行"))
        field.data = said + "\n"


class SecretArea(TextAreaField):  # type: ignore[misc]  # the library has no types
    """What is typed here goes in; it is not written back, also not beside a refusal."""

    def _value(self) -> str:
        return ""


class Keys(Form):
    serial = StringField(
        _("商户 API 证书序列号"),
        validators=[Needed(), Regexp(r"^[0-9A-Fa-f]{16,64}$", message=_("应为十六进制字符"))],
    )
    private_key_pem = SecretArea(
        _("商户 API 私钥（apiclient_key.pem）"),
        validators=[Needed(), Length(max=LONGEST_PEM), Pem("PRIVATE KEY")],
    )
    apiv3_key = PasswordField(
        _("APIv3 密钥"),
        validators=[Needed(), Regexp(r"^[0-9A-Za-z]{32}$", message=_("应为 32 位字母或数字"))],
    )
    public_key_id = StringField(
        _("微信支付公钥 ID"),
        validators=[
            Needed(),
            Regexp(r"^PUB_KEY_ID_[0-9A-Za-z]+$", message=_("以 PUB_KEY_ID_ 开头")),
        ],
    )
    public_key_pem = TextAreaField(
        _("微信支付公钥（pub_key.pem）"),
        validators=[Needed(), Length(max=LONGEST_PEM), Pem("PUBLIC KEY")],
    )


class AddChannel(Keys):
    mode = SelectField(_("模式"), choices=choices((mode.value, MODES[mode]) for mode in PayMode))
    mchid = StringField(_("商户号"), validators=[Needed(), DIGITS])
    sub_mchid = StringField(_("子商户号（服务商模式）"), validators=[Optional(), DIGITS])

    def validate_sub_mchid(self, field: Any) -> None:
        if (self.mode.data == PayMode.PARTNER) != bool(field.data):
            raise ValidationError(_("服务商模式必填，直连商户请留空"))


@bp.route("/<merchant>/settings/pay/new", methods=["GET", "POST"])
@needs(Role.OWNER, is_dear=True)
def add_channel(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = AddChannel()
    if request.method == "POST" and form.validate() and form.does(lambda: _add(form)):
        return pages.go("settings.show", words=_("支付账户已添加，新订单将由它收款"))
    status = 422 if request.method == "POST" else 200
    return pages.page("settings/pay.html", status=status, form=form, channel=None)


@bp.route("/<merchant>/settings/pay/<number>/keys", methods=["GET", "POST"])
@needs(Role.OWNER, is_dear=True)
def renew_channel(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form, found = Keys(), _find(number)
    if request.method == "POST" and form.validate() and form.does(lambda: _renew(number, form)):
        return pages.go("settings.show", words=_("密钥已更换，下一笔支付起生效"))
    status = 422 if request.method == "POST" else 200
    return pages.page("settings/pay.html", status=status, form=form, channel=found)


@bp.post("/<merchant>/settings/pay/<number>/close")
@needs(Role.OWNER, is_dear=True)
def close_channel(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.close_pay_channel(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )
    return pages.go("settings.show", words=_("已停止用该账户收款"))


def _find(number: str) -> merchants.ChannelLine:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        channels = merchants.list_pay_channels(merchant_id=here.merchant_id)
    for each in channels:
        if each.number == number:
            return each
    raise NotFound("There is no such pay channel.", number=number[:40])


def _keys(form: Keys) -> dict[str, str]:
    names = ("serial", "private_key_pem", "apiv3_key", "public_key_id", "public_key_pem")
    return {name: form[name].data for name in names}


def _add(form: AddChannel) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.add_pay_channel(
            merchant_id=here.merchant_id,
            mode=PayMode(form.mode.data),
            mchid=form.mchid.data,
            sub_mchid=form.sub_mchid.data or None,
            actor=here.actor,
            at=clock.now(),
            **_keys(form),
        )


def _renew(number: str, form: Keys) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.renew_pay_channel(
            merchant_id=here.merchant_id,
            number=number,
            actor=here.actor,
            at=clock.now(),
            **_keys(form),
        )
