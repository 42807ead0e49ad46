"""pytest-django: a view receives callbacks, behind its live server and mounted in process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugin.friends.conftest import Beside

pytestmark = pytest.mark.slow

SETTINGS = """
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_urls"
STATIC_URL = "static/"
# The live server wants one, whether a view uses it or not.
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = []
"""
URLS = """
import json
import scaleapi
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

seen = []

def hook(request):
    body = json.loads(request.body)
    seen.append((request.headers["scale-callback-auth"], body["task_id"], body["status"]))
    return HttpResponse(status=204)

def submit(request):
    from scaleapi.tasks import TaskType

    task = scaleapi.ScaleClient("live_shop").create_task(
        TaskType.Categorization, attachment_type="text", attachment="car",
        categories=["big", "small"], callback_url=request.GET["hook"],
    )
    return HttpResponse(task.id)

urlpatterns = [path("hook", hook), path("submit", submit)]
"""
TESTS = """
import pytest, requests
from site_urls import get_wsgi_application, seen

def received(mock, task_id):
    callback = mock.callbacks.assert_received(task=task_id, times=1)[0]
    assert callback.json["task_id"] == task_id
    assert seen.pop() == (mock.callback_auth("live"), task_id, "completed")
    assert seen == []

def test_over_loopback(live_server, scale_mock):
    hook = f"{live_server.url}/hook"
    # The view calls Scale from the live server's thread; its key is not the fixture's.
    made = requests.get(f"{live_server.url}/submit", params={"hook": hook}, timeout=9)
    assert made.status_code == 200
    received(scale_mock, made.text)
    assert [attempt.url for attempt in scale_mock.callbacks.attempts] == [hook]

# Django looks at its connections with each request, so that a mounted site needs `django_db`.
@pytest.mark.django_db
def test_mounted(client, scale_mock):
    scale_mock.callbacks.mount("https://shop.test/", get_wsgi_application())
    made = client.get("/submit", {"hook": "https://shop.test/hook"})
    received(scale_mock, made.content.decode())

def test_a_view_that_fails_is_shown(live_server, scale_mock):
    made = requests.get(f"{live_server.url}/submit",
                        params={"hook": f"{live_server.url}/nowhere"}, timeout=9)
    scale_mock.clock.advance(days=30)
    assert {attempt.status for attempt in scale_mock.callbacks.attempts} == {404}
    assert made.status_code == 200
"""


def test_a_view_receives_callbacks(beside: Beside) -> None:
    modules = {"site_settings": SETTINGS, "site_urls": URLS, "test_site": TESTS}
    result = beside(modules, "--ds=site_settings", plugins="pytest_django.plugin")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_a_view_that_fails_is_shown*",
            "scale_mock found 1 problem (unacknowledged_callbacks):",
            "  - *never acknowledged*http://localhost:*/nowhere*",
        ]
    )
