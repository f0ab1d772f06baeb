"""The room as Django knows it."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "regulars.console"
    label = "console"
