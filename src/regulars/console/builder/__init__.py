"""Conditions put together on a page, step by step, without a script: what is asked in each, and forms ⇄ documents."""
