"""The shop: products, prices, purchases and the gateways that take the money."""
