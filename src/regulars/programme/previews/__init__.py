"""What a change of terms would have cost: past purchases decided again, by the functions that a checkout asks."""
