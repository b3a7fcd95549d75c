"""What people do in the app, as often as several stories need it."""

LATTE, FIVE_OFF, FRIENDS_CARD = "拿铁兑换券", "满30减5券", "好友助力咖啡卡"


def buy(phone, title=LATTE):
    """From the first page to the paid result; WeChat's own sheets are answered on the way."""
    phone.tap(title, exact=True)
    phone.press("立即购买")
    phone.app.get_by_role("checkbox", name="同意协议").tap()
    phone.press("微信支付")
    phone.wechat("允许", exact=True)
    phone.agree_to_pay()
    phone.see("购买成功")


def open_wallet(phone):
    phone.frame().evaluate("wx.switchTab({url: '/pages/wallet/index'})")
    phone.see("优惠与礼券")


def open_voucher(phone, words="去使用"):
    open_wallet(phone)
    phone.tap(words)
    phone.see("券号")


def show_code(phone):
    """The voucher's QR as a scanner reads it off the screen."""
    phone.press("出示券码")
    phone.see("秒后自动更新")
    return phone.read_code(phone.on_top(".qr"))


def come_to_the_counter(phone):
    """A new clerk, by the invitation that the owner sent; one for each house."""
    phone.go("pages/counter/index")
    phone.press("上岗")
    phone.see("当前微信还不是本店员工")
    phone.fill("邀请链接", phone.stack.shop["invitations"]["clerk"])
    phone.press("接受邀请")
    phone.see("扫码核销")
