"""Accounts, transfers, lots and holds in any unit, in double entry; knows no people."""
