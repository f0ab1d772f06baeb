"""What complaints cost: what customers did after them, held against like customers who did not complain."""

from regulars.insight.complaints.complaining import complaints_of as complaints_of
from regulars.insight.complaints.found import ComplaintsFound as ComplaintsFound
from regulars.insight.complaints.found import Group as Group
