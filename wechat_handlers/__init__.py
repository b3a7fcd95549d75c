"""WeChat calling us. Everything is verified first, then kept, then applied."""

from wechat_handlers import complaints, coupons, messages, pay

BLUEPRINTS = (pay.bp, coupons.bp, complaints.bp, messages.bp)
