"""A consistent copy of everything an installation knows, its keys apart; brought back and added up again."""
