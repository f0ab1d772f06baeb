"""Every address of the service."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from regulars.server import password, second, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("first/<str:link>", views.first, name="first"),
    path("login", views.enter, name="login"),
    path("login/code", second.code, name="code"),
    path("second-factor", second.own, name="second-factor"),
    path("password", password.own, name="password"),
    path("staff", second.staff, name="staff"),
    path("logout", views.leave, name="logout"),
    path("language", set_language, name="set_language"),
    path("api/", include("regulars.api.urls")),
    path("my/", include("regulars.portal.urls")),
    path("", include("regulars.console.urls")),
]
handler400 = "regulars.server.problems.bad_request"
handler403 = "regulars.server.problems.not_allowed"
handler404 = "regulars.server.problems.not_found"
handler500 = "regulars.server.problems.our_mistake"
