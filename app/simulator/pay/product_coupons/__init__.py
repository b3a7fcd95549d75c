"""商品券: a brand's product coupons, asked for by the brand itself or by its service provider."""
