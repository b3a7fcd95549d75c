"""The shop itself and its WeChat apps. A secret goes in and never comes out again."""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import Length, Regexp

from app.admin import door, pages
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.domain import merchants
from app.domain.merchants import AppKind, Role
from app.kernel import clock
from app.kernel.db import transaction

bp = Blueprint("settings", __name__)
KINDS = {AppKind.MINI_PROGRAM: _("小程序"), AppKind.OFFICIAL_ACCOUNT: _("公众号")}
WHOLE = r"^[0-9A-Za-z]{16,128}$"


class Shop(Form):
    name = StringField(_("店铺名称"), validators=[Needed(), Length(max=40)])


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
    return _settings(Shop(data={"name": door.shop().name}))


@bp.post("/<merchant>/settings/shop")
@needs(Role.OWNER, is_dear=True)
def rename(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Shop()
    if form.validate() and form.does(lambda: _rename(form.name.data)):
        return pages.go("settings.show", words=_("已保存"))
    return _settings(form, status=422)


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


def _settings(form: Shop, *, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        apps = merchants.list_apps(merchant_id=here.merchant_id)
        channels = merchants.list_pay_channels(merchant_id=here.merchant_id)
        stores = merchants.list_stores(merchant_id=here.merchant_id)
    return pages.page(
        "settings/show.html",
        status=status,
        form=form,
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
