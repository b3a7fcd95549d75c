"""消费者投诉 2.0: what people complain of, what the merchant answers, and who is told of it."""
