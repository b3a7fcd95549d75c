"""商家券: stocks of a merchant's own coupons, of which people hold some in their card bag."""
