"""What customers say: satisfaction, recommendation and loyalty asked, beside what the same customers then did."""

from regulars.insight.survey.errors import WrongSurvey as WrongSurvey
from regulars.insight.survey.found import Behaviour as Behaviour
from regulars.insight.survey.found import Estimate as Estimate
from regulars.insight.survey.found import Importance as Importance
from regulars.insight.survey.found import LoyaltyIndex as LoyaltyIndex
from regulars.insight.survey.found import Nps as Nps
from regulars.insight.survey.found import SurveyFound as SurveyFound
from regulars.insight.survey.surveying import survey_of as survey_of
