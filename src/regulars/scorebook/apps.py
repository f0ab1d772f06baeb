"""The room as Django knows it."""

from django.apps import AppConfig


class ScorebookConfig(AppConfig):
    name = "regulars.scorebook"
    label = "scorebook"
