"""The room as Django knows it."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "regulars.care"
    label = "care"

    def ready(self) -> None:
        from regulars.care.sealing import text_context
        from regulars.members.services.rotation import also_sealed

        also_sealed("case texts", self.get_model("CareText"), text_context)
