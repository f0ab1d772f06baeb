"""What a purchase or an event earns, and what of it stays when parts come back: one arithmetic for both."""
