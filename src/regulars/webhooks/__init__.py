"""Webhooks: what the journal has written is told, signed, to addresses that an organisation names."""
