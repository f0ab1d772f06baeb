"""MBG/NBD: Batislam, Denizel & Filiztekin, Int. J. of Research in Marketing 24 (2007); Wagner & Hoppe (2008)."""

from regulars.insight.betageometric import BetaGeometric


class MBGNBD(BetaGeometric):
    """As BGNBD, but a customer may also drop out right after the first purchase.

    >>> model = MBGNBD().with_parameters(r=0.5248, alpha=6.183, a=0.8914, b=1.614)
    >>> model.probability_alive([0], [0], [0]).round(3).tolist()
    [0.644]
    """

    _chances_at_first = 1
