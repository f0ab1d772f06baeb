"""The room as Django knows it."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "regulars.outreach"
    label = "outreach"
