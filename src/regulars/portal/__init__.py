"""The pages of members: what they have, what they said, and their own data. They ask and show, and decide nothing."""
