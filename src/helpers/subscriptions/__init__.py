"""Customers with contracts, in 04_lifetime_value: how long contracts run, why they end, what they still pay."""
