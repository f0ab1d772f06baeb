"""What members opt into: offers, and challenges with a goal that is reached within a window or missed."""
