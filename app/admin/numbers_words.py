"""What each number means, word for word as it stands on its page."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from app.domain.analytics import Cause

MEANINGS: Mapping[str, str] = {
    "received": _(
        "当天通过微信支付收到的钱，含储值充值和之后会退回的款项；用储值余额付的部分不重复计算。"
    ),
    "returned": _("当天微信确认退回顾客的钱（退款和转账退款），不论订单是哪天的。"),
    "net": _("收款减退款。"),
    "redeemed": _("当天在门店核销、且没有撤销的券，含赠送的券。"),
    "sold": _("当天随付款订单发放、且分摊到金额的券；周期卡之后各期的券不计入。"),
    "again": _("期间的付款订单里，下单人以前付过款的订单所占比例。"),
    "owed": _(
        "截至期末已收款、还没有兑现的承诺：未核销的付费券、未到期的会员期和周期卡、"
        "储值本金，以及未领取的礼品卡。"
    ),
    "bonus": _("截至期末顾客手里的储值赠金，不是收到的钱。"),
    "points": _("截至期末会员持有的积分，含待生效和订单占用的，减去欠扣的。"),
    "cohorts": _(
        "按售出月份统计付费券：核销率 = 已核销 ÷ 售出。撤销核销后重新算作未使用；"
        "已退指作废退款的券，过期后退款的券算已退。"
    ),
    "repurchase": _("首次付款的顾客里，90天内再次付款的比例。最近90天内的月份还会上升。"),
    "conversion": _("期间下的收费订单里，付了款的比例；按下单时带的渠道或社群标记归属。"),
    "unused": _("随付款订单发放、分摊到金额、至今没有核销也没有退款的券；不含期末之后售出的。"),
    "causes": _("最近售出的1000张未使用券，各按最先符合的一个原因归类。"),
    "stores": _("期间各门店核销、且没有撤销的券。"),
}
CHANNELS: Mapping[str, str] = {
    "": _("未标记"),
    "group_chat": _("微信群"),
    "moments": _("朋友圈"),
    "official_account": _("公众号"),
    "friend": _("好友分享"),
    "store": _("门店扫码"),
    "search": _("搜索"),
    "official": _("公众号文章"),
    "leaflet": _("传单"),
    "staff": _("店员分享"),
}
# As in the table that is taken along (`exports.CAUSES`), for the page.
CAUSES: Mapping[str, str] = {
    Cause.EXPIRED: _("已过期未退"),
    Cause.NO_CODE: _("等待发码"),
    Cause.FROZEN: _("已冻结"),
    Cause.LOCKED: _("待好友助力解锁"),
    Cause.GIVEN: _("转赠或分享中未领取"),
    Cause.NOT_YET: _("未到可用时间"),
    Cause.ENDING: _("7天内到期"),
    Cause.PASSED_ON: _("已转给他人未使用"),
    Cause.PARTLY: _("用过同卡其他券"),
    Cause.NOT_COME: _("尚未到店"),
}
