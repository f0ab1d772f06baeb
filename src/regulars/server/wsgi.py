"""What the web server calls; loaded once in each of its processes."""

import os

if os.environ.get("REGULARS_PART") == "web":
    from regulars.server.running.lifeline import follow_parent

    follow_parent()  # before all that takes long: the process above may die meanwhile

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from regulars.server.running.settled import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.server.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  read now, so that the first request need not wait for it
settle()
