"""The room as Django knows it."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "regulars.programme"
    label = "programme"
