"""The shop itself, how it looks, and its WeChat apps. A secret goes in and never comes out again."""

from collections.abc import Sequence
from dataclasses import asdict

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import Length, Optional, Regexp

from app.admin import door, pages
from app.admin.bodies import sent, takes_files
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.admin.preview import cover_address
from app.domain import merchants
from app.domain.merchants import AppKind, Colour, Role
from app.gateways import gateways
from app.gateways.files import BadImage
from app.kernel import clock
from app.kernel.db import transaction

bp = Blueprint("settings", __name__)
takes_files(bp, "logo")
KINDS = {AppKind.MINI_PROGRAM: _("小程序"), AppKind.OFFICIAL_ACCOUNT: _("公众号")}
COLOURS = {
    Colour.RED: _("朱红"),
    Colour.GOLD: _("金"),
    Colour.INK: _("墨黑"),
    Colour.GREEN: _("青绿"),
    Colour.BLUE: _("靛蓝"),
    Colour.PLUM: _("梅紫"),
}
LOGO_FOLDER = "logo"
NO_PICTURE = _("这不是可用的 JPG、PNG 或 WebP 图片，或者超过 5 MB")
PHONE = r"^\+?[0-9][0-9 -]{1,17}[0-9]$"
WHOLE = r"^[0-9A-Za-z]{16,128}$"


class Shop(Form):
    name = StringField(_("店铺名称"), validators=[Needed(), Length(max=40)])


class Look(Form):
    slogan = StringField(
        _("一句话介绍"), validators=[Optional(), Length(max=merchants.LONGEST_SLOGAN)]
    )
    colour = SelectField(_("主色"), choices=choices((each.value, COLOURS[each]) for each in Colour))
    service_phone = StringField(
        _("客服电话"),
        validators=[Optional(), Regexp(PHONE, message=_("请填写电话号码，如 021-60000000"))],
    )


class AddApp(Form):
    kind = SelectField(_("类型"), choices=choices((kind.value, KINDS[kind]) for kind in AppKind))
    name = StringField(_("名称"), validators=[Needed(), Length(max=60)])
    appid = StringField(
        "AppID", validators=[Needed(), Regexp(r"^wx[0-9a-zA-Z]{8,40}$", message=_("以 wx 开头"))]
    )
    secret = PasswordField(
        "AppSecret", validators=[Needed(), Regexp(WHOLE, message=_("请完整复制 AppSecret"))]
    )


class ChangeSecret(Form):
    secret = PasswordField(
        _("新的 AppSecret"),
        validators=[Needed(), Regexp(WHOLE, message=_("请完整复制 AppSecret"))],
    )


@bp.get("/<merchant>/settings")
@needs(Role.OWNER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _settings(_named())


@bp.post("/<merchant>/settings/shop")
@needs(Role.OWNER, is_dear=True)
def rename(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Shop()
    if form.validate() and form.does(lambda: _rename(form.name.data)):
        return pages.go("settings.show", words=_("已保存"))
    return _settings(form, status=422)


@bp.post("/<merchant>/settings/look")
@needs(Role.OWNER, is_dear=True)
def dress(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    look = Look()
    if look.validate() and look.does(lambda: _dress(look)):
        return pages.go("settings.show", words=_("已保存"))
    return _settings(_named(), look=look, status=422)


@bp.post("/<merchant>/settings/logo")
@needs(Role.OWNER)
def logo(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The file of the one before stays: somebody's page may still show it."""
    here = door.here()
    try:
        key = gateways().files.put(
            merchant_id=here.shop.number, name=LOGO_FOLDER, content=sent("picture")
        )
    except BadImage:
        return _settings(_named(), status=422, logo_refusals=[NO_PICTURE])
    with transaction():
        merchants.set_logo(merchant_id=here.merchant_id, logo=key, actor=here.actor, at=clock.now())
    return pages.go("settings.show", words=_("标志已更新"))


@bp.route("/<merchant>/settings/apps/new", methods=["GET", "POST"])
@needs(Role.OWNER, is_dear=True)
def add_app(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = AddApp()
    if request.method == "POST" and form.validate() and form.does(lambda: _add_app(form)):
        return pages.go("settings.show", words=_("已添加"))
    status = 422 if request.method == "POST" else 200
    return pages.page("settings/app.html", status=status, form=form, appid=None)


@bp.route("/<merchant>/settings/apps/<appid>/secret", methods=["GET", "POST"])
@needs(Role.OWNER, is_dear=True)
def change_secret(merchant: str, appid: str) -> Response:  # noqa: ARG001 - the door reads it
    here, form = door.here(), ChangeSecret()
    with transaction(merchant=here.merchant_id):
        merchants.get_app(merchant_id=here.merchant_id, appid=appid)
    if (
        request.method == "POST"
        and form.validate()
        and form.does(lambda: _change_secret(appid, form.secret.data))
    ):
        return pages.go("settings.show", words=_("密钥已更换"))
    status = 422 if request.method == "POST" else 200
    return pages.page("settings/app.html", status=status, form=form, appid=appid)


def _named() -> Shop:
    return Shop(data={"name": door.shop().name})


def _settings(
    form: Shop,
    *,
    look: Look | None = None,
    status: int = 200,
    logo_refusals: Sequence[str] = (),
) -> Response:
    here = door.here()
    with transaction():
        brand = merchants.brand(merchant_id=here.merchant_id)
    with transaction(merchant=here.merchant_id):
        apps = merchants.list_apps(merchant_id=here.merchant_id)
        channels = merchants.list_pay_channels(merchant_id=here.merchant_id)
        stores = merchants.list_stores(merchant_id=here.merchant_id)
    return pages.page(
        "settings/show.html",
        status=status,
        form=form,
        look=look or Look(data=asdict(brand)),
        logo_address=cover_address(brand.logo),
        logo_refusals=logo_refusals,
        apps=apps,
        kinds=KINDS,
        channels=channels,
        open_stores=[store for store in stores if store.is_open],
    )


def _rename(name: str) -> None:
    here = door.here()
    # The merchant's own row belongs to no tenant.
    with transaction():
        merchants.rename_merchant(
            merchant_id=here.merchant_id, name=name, actor=here.actor, at=clock.now()
        )


def _dress(look: Look) -> None:
    here = door.here()
    # The merchant's own row belongs to no tenant.
    with transaction():
        merchants.set_brand(
            merchant_id=here.merchant_id,
            slogan=look.slogan.data,
            colour=Colour(look.colour.data),
            service_phone=look.service_phone.data,
            actor=here.actor,
            at=clock.now(),
        )


def _add_app(form: AddApp) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.add_app(
            merchant_id=here.merchant_id,
            appid=form.appid.data,
            kind=AppKind(form.kind.data),
            name=form.name.data,
            secret=form.secret.data,
            actor=here.actor,
            at=clock.now(),
        )


def _change_secret(appid: str, secret: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.change_app_secret(
            merchant_id=here.merchant_id,
            appid=appid,
            secret=secret,
            actor=here.actor,
            at=clock.now(),
        )
