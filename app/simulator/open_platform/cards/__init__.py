"""api.weixin.qq.com/card/*: the card bag, for member cards and the coupons that already exist."""
