"""Campaigns: planned, approved by somebody else, launched, and proved against who got nothing."""
