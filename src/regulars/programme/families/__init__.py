"""Households whose members spend together: units stay with who earned them, a payment is drawn from several."""
