"""The sale itself: recognised, priced, paid with points and value, rewarded; and taken back line by line."""
