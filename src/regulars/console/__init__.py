"""The pages of staff: they ask and show, and decide nothing."""
