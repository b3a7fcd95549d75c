"""WeChat calling us. Everything is verified first, then kept, then applied."""

from wechat_handlers import pay

BLUEPRINTS = (pay.bp,)
