"""Phones in one window: each opens where its story begins, and one can scan what another shows."""

from urllib.parse import quote

from tests.phone.test_web_view import SIDE_BY_SIDE


def test_each_phone_opens_its_own_page_and_the_scanner_reads_the_one_beside_it(phone):
    xiaomei = phone("小美", size=SIDE_BY_SIDE)
    stack, page = xiaomei.stack, xiaomei.page
    clerk = stack.newcomer("小周")
    app = f"mp:{stack.appid}"
    page.goto(
        f"{stack.wechat_url}/phone?people={quote(f'{xiaomei.person},{clerk}')}"
        f"&open={app}/pages/member/code&open={app}/pages/counter/index"
    )
    hers, his = (each.frame_locator("iframe.slot") for each in page.locator(".device").all())
    hers.locator(".digits").wait_for()
    his.get_by_text("上岗", exact=True).wait_for()
    # Her number changes every half a minute, perhaps just while it is read.
    before = hers.locator(".digits").inner_text()
    his.get_by_text("扫描后台登录码或邀请码").tap()
    read = page.locator(".seen button")
    read.wait_for()
    seen = read.locator("small").inner_text()
    after = hers.locator(".digits").inner_text()

    assert read.locator("b").inner_text() == f"对准{xiaomei.person}的手机"
    assert seen in {before, after}
    left, right = (each.bounding_box() for each in page.locator(".device").all())
    assert left["y"] == right["y"]
