"""04_lifetime_value: what customers will bring, by cohort, channel and first days."""
