"""What pages show, composed of what lower rooms tell; each says what it costs in queries."""
