"""What members do that is no purchase: a visit, a review, a stay. It earns, and wakes what waited for it."""
