"""People: who they are, how they are recognised, what they agreed to, and the deeds that concern all rooms."""
