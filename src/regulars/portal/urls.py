"""The addresses of the portal, made of the one table."""

from django.urls import path

from regulars.portal.pages import PAGES
from regulars.portal.serving import served

urlpatterns = [path(page.path, served(page), name=page.name) for page in PAGES]
