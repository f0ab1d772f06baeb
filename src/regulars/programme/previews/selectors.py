"""Drafts and what they would have cost; each says what it costs in queries."""

from uuid import UUID

from regulars.programme.errors import UnknownPreview
from regulars.programme.models.previews import Preview, PreviewMember


def preview(number: UUID, *, organisation: UUID) -> Preview:
    """1 query. Raises UnknownPreview."""
    row = Preview.objects.filter(id=number, organisation=organisation).first()
    if row is None:
        raise UnknownPreview("There is no such draft.")
    return row


def previews_of(organisation: UUID, kind: str, code: str, *, limit: int = 20) -> list[Preview]:
    """Of one code, the newest first. 1 query."""
    return list(Preview.objects.filter(organisation=organisation, kind=kind, code=code).order_by("-id")[:limit])


def drafts(organisation: UUID, *, limit: int = 20) -> list[Preview]:
    """Those that were not published, the newest first. 1 query."""
    return list(Preview.objects.filter(organisation=organisation, version=None).order_by("-id")[:limit])


def behind(preview: UUID, side: int, *, offset: int = 0, limit: int = 50) -> list[PreviewMember]:
    """Who gets more (1), less (-1), the same (0) by a draft: the largest difference first. 1 query."""
    rows = PreviewMember.objects.filter(preview=preview, side=side).order_by("-size", "member")
    return list(rows[offset : offset + limit])


def on_level(preview: UUID, level: str, *, drafted: bool, offset: int = 0, limit: int = 50) -> list[PreviewMember]:
    """Who is on a level in the end, by the terms of then or with the draft; in the order of `behind`. 1 query."""
    of_level = {f"told__level__{int(drafted)}": level}
    rows = PreviewMember.objects.filter(preview=preview, **of_level).order_by("-size", "member")
    return list(rows[offset : offset + limit])


def kept_members(preview: UUID) -> bool:
    """Whether it is known whom the figures are of: not of what was looked at before that was kept. 1 query."""
    return PreviewMember.objects.filter(preview=preview).exists()
