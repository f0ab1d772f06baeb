"""What is known of each member: classes, stages and scores, present and past, with the runs and cards behind them."""
