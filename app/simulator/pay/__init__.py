"""api.mch.weixin.qq.com: JSAPI orders, refunds, statements."""
