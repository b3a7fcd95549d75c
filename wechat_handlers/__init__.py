"""WeChat calling us. Everything is verified first, then kept, then applied."""

from wechat_handlers import coupons, messages, pay

BLUEPRINTS = (pay.bp, coupons.bp, messages.bp)
