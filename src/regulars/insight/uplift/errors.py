"""What a campaign's reckoning refuses."""

from regulars.basics.errors import RegularsError


class WrongCampaign(RegularsError):
    """A setting or a table from which no campaign can be designed, assigned or judged; the message says which."""

    code = "wrong-campaign"


class InBothArms(RegularsError):
    """A customer is among the contacted and in the control group: neither arm can count them."""

    code = "in-both-arms"


class NoControlGroup(RegularsError):
    """Nobody was left out on purpose, so nothing can be proved; a weak look before and after is all there is."""

    code = "no-control-group"
