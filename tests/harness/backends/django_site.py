"""A Django site as anybody would have one: its own users, sessions in its database, and one view for the chat.

python django_site.py PORT FOLDER
"""

import pathlib
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.urls import path

port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
settings.configure(
    SECRET_KEY="a secret of the site's own",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "site.db"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib import auth  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402


def login(request, name):
    user = auth.authenticate(request, username=name, password="correct horse")
    auth.login(request, user)
    return JsonResponse({"id": user.id})


def logout(request):
    auth.logout(request)
    return HttpResponse(status=204)


def who(request):
    """Answers the chat's question who a session belongs to."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "log in first"}, status=401)
    return JsonResponse({"id": request.user.id, "name": request.user.get_full_name(), "avatar": ""})


urlpatterns = [path("login/<name>", login), path("logout", logout), path("who", who)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


call_command("migrate", verbosity=0)
for name, first in (("anna", "Anna"), ("boris", "Boris")):
    User.objects.create_user(name, password="correct horse", first_name=first, last_name="of Django")
make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet).serve_forever()
