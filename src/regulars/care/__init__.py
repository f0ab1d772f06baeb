"""Cases and follow-ups: what customers brought up, who answers by when, and what was promised to them."""
