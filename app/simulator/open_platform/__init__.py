"""api.weixin.qq.com: login, tokens, phone numbers, subscribe messages, mini-program codes."""
