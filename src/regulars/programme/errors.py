"""What the programme refuses. 404: unknown; 409: something is in the way now; 422: a rule says no."""

from typing import ClassVar

from regulars.basics.errors import RegularsError


class ProgrammeError(RegularsError):
    """A refusal of the programme."""

    code = "programme-refused"
    status: ClassVar[int] = 422


class WrongTerms(ProgrammeError):
    """A rule, promotion, series, ladder or reward contradicts itself or its form; `errors` says where."""

    code = "wrong-terms"


class UnknownTerms(ProgrammeError):
    """There are no such terms, or there is no such kind of them."""

    code = "unknown-terms"
    status = 404


class TermsClash(ProgrammeError):
    """Another version of these terms is in the way, or what is past would be changed."""

    code = "terms-clash"
    status = 409


class PointsRefused(ProgrammeError):
    """So much cannot be paid with points or stored value on this bill; the facts say how much can."""

    code = "points-refused"


class FamilyRefused(ProgrammeError):
    """Nothing is paid here with the units of a household; `why` says the reason."""

    code = "family-refused"


class UnknownCoupon(ProgrammeError):
    """There is no such coupon or batch of them."""

    code = "unknown-coupon"
    status = 404


class CouponClash(ProgrammeError):
    """Another coupon has that code."""

    code = "coupon-clash"
    status = 409


class CouponNeedsProduct(ProgrammeError):
    """Each coupon of this series is for one product, and none was named."""

    code = "coupon-needs-product"


class CouponRefused(ProgrammeError):
    """None of the codes that were shown takes anything off this bill; `not_applied` says why of each."""

    code = "coupon-refused"


class CouponClosed(ProgrammeError):
    """The coupon was used or revoked, has expired, or is one person's and stays so."""

    code = "coupon-closed"
    status = 409


class UnknownReservation(ProgrammeError):
    """There is no such reservation."""

    code = "unknown-reservation"
    status = 404


class ReservationClosed(ProgrammeError):
    """The reservation was kept or released before, or has lapsed."""

    code = "reservation-closed"
    status = 409


class WrongLoad(ProgrammeError):
    """A line that sells stored value costs nothing, or is not a line of the bill."""

    code = "wrong-load"


class WrongLevel(ProgrammeError):
    """No such ladder or level, or a level that cannot be given so."""

    code = "wrong-level"


class BenefitUsedUp(ProgrammeError):
    """Less of this benefit is left than was asked."""

    code = "benefit-used-up"


class NoSuchBenefit(ProgrammeError):
    """The member's levels do not bring this benefit, or not here."""

    code = "no-such-benefit"


class UnknownUse(ProgrammeError):
    """No use of a benefit has this id."""

    code = "unknown-use"
    status = 404


class GoodwillRefused(ProgrammeError):
    """No role may give that here, not for this reason, or not so much; the facts say how much may be given."""

    code = "goodwill-refused"


class UnknownGoodwill(ProgrammeError):
    """Whoever asks gave nothing under this id."""

    code = "unknown-goodwill"
    status = 404


class GoodwillClosed(ProgrammeError):
    """What was given was taken back before, waits for a second person, or is used by now."""

    code = "goodwill-closed"
    status = 409


class ReferralRefused(ProgrammeError):
    """Who brought this member is not written down so; `why` says the reason."""

    code = "referral-refused"


class EnrolmentRefused(ProgrammeError):
    """This member cannot opt into that; `why` says the reason."""

    code = "enrolment-refused"


class UnknownReward(ProgrammeError):
    """There is no such reward now, or no such redemption."""

    code = "unknown-reward"
    status = 404


class RewardRefused(ProgrammeError):
    """The member cannot have this reward here, now, or at that price; `why` says what is in the way."""

    code = "reward-refused"


class RewardGone(ProgrammeError):
    """Less of the reward is left than was asked."""

    code = "reward-gone"
    status = 409


class RedemptionClosed(ProgrammeError):
    """The redemption was fulfilled, cancelled or has lapsed before."""

    code = "redemption-closed"
    status = 409


class WrongMoveIn(ProgrammeError):
    """The files, columns or the name of a move-in cannot be understood; nothing was written."""

    code = "wrong-move-in"


class UnknownMoveIn(ProgrammeError):
    """Nothing has moved in under this name."""

    code = "unknown-move-in"
    status = 404


class MoveInUndone(ProgrammeError):
    """The move-in was taken back; its name is used up."""

    code = "move-in-undone"
    status = 409


class UnknownReset(ProgrammeError):
    """Nothing was taken under this id."""

    code = "unknown-reset"
    status = 404


class ResetClosed(ProgrammeError):
    """The appeal was decided, or the time for it is over."""

    code = "reset-closed"
    status = 409


class UnknownPreview(ProgrammeError):
    """There is no such draft of terms."""

    code = "unknown-preview"
    status = 404


class PreviewRefused(ProgrammeError):
    """What past purchases would have cost cannot be asked so: of these terms, over these days, or just now."""

    code = "preview-refused"
    status = 409
