"""Amounts as people say them: without decimals where they are large."""

from django import template

from regulars.console.selectors.proof import told

register = template.Library()
register.filter("about", told)
