"""The room as Django knows it."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "regulars.outreach"
    label = "outreach"

    def ready(self) -> None:
        from regulars.members.services.rotation import also_sealed
        from regulars.outreach.sealing import content_context, reply_context

        also_sealed("message contents", self.get_model("Content"), content_context)
        also_sealed("replies", self.get_model("Reply"), reply_context)
