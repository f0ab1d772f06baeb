"""Tiers: ladders of levels, what qualifies for them, when they are looked at again, and what is missing.

`ladder` is what the programme says; `standing` where a member is; `deciding` one decision at one instant; `replaying`
all decisions from the first entry on; `missing` what is still needed, and by when.
"""
