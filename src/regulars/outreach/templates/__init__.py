"""What messages say: documents in versions, written in Liquid, filled with a closed list of facts."""
