from app.web.words import Told


class PageSignature(Told, rename="camel"):
    """Pass all of it to wx.config; it is good for the very page that asked."""

    app_id: str
    timestamp: int
    nonce_str: str
    signature: str
