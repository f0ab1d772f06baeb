"""What follows from a purchase or activity beyond its own rules: a friend's reward, a challenge reached."""
