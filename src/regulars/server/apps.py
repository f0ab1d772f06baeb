"""The room as Django knows it."""

from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "regulars.server"
    label = "server"
