"""The programme: rules kept as data, tiers, rewards, coupons, stored value, checkout and returns."""
