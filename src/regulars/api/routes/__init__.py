"""The addresses, one file per noun."""
