"""Pure arithmetic of a programme: plain values in, plain values out. No clock, no database, no chance.

Preview, checkout, bulk and clawback use the same functions, so that they cannot differ.
"""
