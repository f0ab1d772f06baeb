"""Files of before come in: members, purchases and what came back, understood, tried, booked, and taken back again."""
