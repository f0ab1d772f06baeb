"""What each address of the portal is for, written down a second time: a route without an entry here fails a test."""

from typing import Final

# Whose: "own" (a logged-in member's), or "anybody".
WHOSE: Final = {
    "my-card": "own", "my-card-code": "own", "my-card-new": "own", "my-points": "own", "my-appeal": "own",
    "my-offers": "own",
    "my-history": "own", "my-receipt": "own", "my-me": "own", "my-way": "own",
    "my-preferences": "own", "my-family": "own",
    "my-family-invite": "own", "my-family-join": "own", "my-family-leave": "own", "my-data": "own",
    "my-data-download": "own", "my-data-erase": "own", "my-logout": "own", "my-logout-all": "own",
    "my-login": "anybody", "my-login-at": "anybody", "my-code": "anybody", "my-link": "anybody",
    "my-unsubscribe": "anybody", "my-address": "anybody",
    "my-ask": "own", "my-ask-more": "own", "my-gone": "anybody", "my-help": "anybody",
}  # fmt: skip
# Pages on which something of a member stands: each look is in the trail, by this part.
LOOKS: Final = {
    "my-card": "card", "my-points": "points", "my-offers": "offers", "my-history": "history",
    "my-receipt": "receipt", "my-me": "me", "my-preferences": "preferences", "my-family": "family",
    "my-family-invite": "family-invite",
    "my-data-erase": "data-erase", "my-ask": "ask",
}  # fmt: skip
# Addresses whose last part only their owner knows, or that is made up here.
SECRETS: Final = ("my-link", "my-family-join", "my-appeal", "my-ask-more", "my-address")
# Posts that lead on to another page when nothing more is said.
ONWARD: Final = ("my-card-new", "my-family-leave", "my-way")
