"""BG/NBD: Fader, Hardie & Lee, "Counting your customers" the easy way, Marketing Science 24 (2005)."""

from regulars.insight.betageometric import BetaGeometric


class BGNBD(BetaGeometric):
    """Buys at an own rate λ ~ Gamma(r, α); may drop out after each repeat purchase, p ~ Beta(a, b).

    Who never came back is alive by definition here (p is only tried at repeat purchases): MBGNBD mends that.

    >>> model = BGNBD().with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> model.expected_purchases(39, [2], [30.43], [38.86]).round(3).tolist()
    [1.226]
    """

    _chances_at_first = 0
