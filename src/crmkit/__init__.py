"""crmkit gives an online shop a memory of its customers and a judgement of them."""
