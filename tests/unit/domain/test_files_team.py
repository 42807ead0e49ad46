"""Files and the team."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.domain import files as files_module
from scale_mock.domain.refusals import Refusal
from scale_mock.domain.team import ADMIN

if TYPE_CHECKING:
    from collections.abc import Iterator

Platform = Any


@contextmanager
def refused(status: int, text: str) -> Iterator[None]:
    with pytest.raises(Refusal, match=text) as found:
        yield
    assert found.value.status == status


def upload(platform: Platform, content: bytes = b"abc", **body: Any) -> Any:
    return platform.files.upload(platform.live, body, content=content, filename="cat.png")


def test_an_upload_is_kept_with_what_is_known_of_it(platform: Platform) -> None:
    platform.project()
    file = upload(
        platform, project_name="p", reference_id="r", display_name="Cat", metadata='{"a": 1}'
    )
    assert (file.mime_type, file.size, file.content) == ("image/png", 3, b"abc")
    assert (file.display_name, file.reference_id, file.metadata) == ("Cat", "r", b'{"a":1}')
    assert re.fullmatch(rf"scaledata://[0-9a-f]{{24}}/{file.id}", file.attachment_url)
    assert platform.files.page(platform.live, project="p", metadata=None, cursor=None) == (
        [file],
        None,
    )


def test_types_are_said_guessed_or_unknown(platform: Platform) -> None:
    files, side = platform.files, platform.live
    said = files.upload(side, {}, content=b"", filename="a.png", mime_type="x/y")
    unknown = files.upload(side, {}, content=b"", filename="a")
    assert (said.mime_type, unknown.mime_type) == ("x/y", "application/octet-stream")
    assert unknown.display_name == "a"


def test_ids_follow_name_content_and_occurrence(platform: Platform) -> None:
    first, again, other = upload(platform), upload(platform), upload(platform, b"abd")
    world = platform.__class__()
    upload(world, b"unrelated")
    assert upload(world).id == first.id
    assert len({first.id, again.id, other.id}) == 3


def test_limits_of_one_file_and_of_all(make_platform: Any) -> None:
    platform = make_platform(file_bytes_max=4, files_bytes_max=6)
    upload(platform, b"1234")
    with refused(400, "The file has more than 4 bytes"):
        upload(platform, b"12345")
    with refused(400, r"more than 6 bytes \(setting files_bytes_max"):
        upload(platform, b"123")
    upload(platform, b"12")
    assert platform.live.files_bytes == 6


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"reference_id": "taken"}, 409, r'reference_id \("taken"\) is already used'),
        ({"project_name": "nope"}, 404, "Project with that name not found."),
        ({"metadata": "{"}, 400, '"metadata" must be JSON text of an object'),
        ({"metadata": "[]"}, 400, '"metadata" must be of type object'),
        ({"display_name": 1}, 400, '"display_name" must be a string'),
    ],
)
def test_a_refused_file_takes_no_room(
    platform: Platform, body: Any, status: int, text: str
) -> None:
    upload(platform, reference_id="taken")
    with refused(status, text):
        upload(platform, **body)
    assert len(platform.live.files) == 1
    assert platform.live.files_bytes == 3


@pytest.mark.parametrize("url", ["https://x.test/a/cat.jpg", "s3://bucket/cat.jpg", "gs://b/c.jpg"])
def test_an_imported_file_is_known_by_its_url_only(platform: Platform, url: str) -> None:
    file = platform.files.import_url(platform.live, {"file_url": url, "metadata": ""})
    assert (file.mime_type, file.size, file.content, file.metadata) == (
        "image/jpeg",
        0,
        None,
        b"{}",
    )
    assert file.display_name == url.rsplit("/", 1)[1]


@pytest.mark.parametrize("url", ["cat.jpg", "ftp://x.test/cat.jpg", "http://"])
def test_an_import_needs_a_url(platform: Platform, url: str) -> None:
    with refused(400, '"file_url" must be a valid uri'):
        platform.files.import_url(platform.live, {"file_url": url})


def test_pages_are_newest_first_filtered_and_continued(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "PAGE", 2)
    platform.project()
    platform.project("q")
    made = [
        upload(platform, project_name=["p"], metadata={"even": n % 2 == 0, "n": n})
        for n in range(5)
    ]
    upload(platform, project_name="q")
    page = platform.files.page
    found: list[Any] = []
    cursor = None
    while True:
        some, cursor = page(platform.live, project="p", metadata=None, cursor=cursor)
        found += some
        assert len(some) <= 2
        if cursor is None:
            break
    assert found == made[::-1]
    even, cursor = page(platform.live, project="p", metadata='{"even": true}', cursor=None)
    assert (even, cursor) == ([made[4], made[2]], made[2].id)
    assert page(platform.live, project="p", metadata='{"even": true}', cursor=cursor) == (
        [made[0]],
        None,
    )
    one = page(platform.live, project="p", metadata='{"even": true, "n": 4}', cursor=None)
    assert one == ([made[4]], None)
    with refused(400, '"cursor" is not one that was given out'):
        page(platform.live, project="p", metadata=None, cursor="x")
    with refused(404, "Project with that name not found."):
        page(platform.live, project="x", metadata=None, cursor=None)


def test_one_admin_is_there_from_the_start(platform: Platform) -> None:
    (admin,) = platform.team.all()
    assert (admin.email, admin.role, admin.is_studio_labeler) == (ADMIN, "admin", False)


def test_invited_people_join_at_once_and_only_once(platform: Platform) -> None:
    body = {"emails": ["Ann.Lee@X.test", "bo@x.test", "bo@x.test"], "team_role": "labeler"}
    platform.team.invite(body)
    team = platform.team.invite({"emails": "bo@x.test", "team_role": "manager"})
    assert [
        (m.email, m.role, m.first_name, m.last_name, m.is_studio_labeler) for m in team[1:]
    ] == [
        ("ann.lee@x.test", "labeler", "Ann", "Lee", True),
        ("bo@x.test", "labeler", "Bo", "", True),
    ]


def test_roles_change_but_not_an_admins(platform: Platform) -> None:
    platform.team.invite({"emails": ["a@x.test"], "team_role": "member"})
    (_, mate) = platform.team.set_role({"emails": ["A@x.test"], "team_role": "labeler"})
    assert (mate.role, mate.is_studio_labeler) == ("labeler", True)
    platform.team.set_role({"emails": ["a@x.test"], "team_role": "disabled"})
    assert (mate.role, mate.is_studio_labeler) == ("disabled", False)
    with refused(400, f"The role of an admin cannot be changed: {ADMIN}."):
        platform.team.set_role({"emails": ["a@x.test", ADMIN], "team_role": "member"})
    assert mate.role == "disabled", "all or none"
    with refused(400, "No teammate has this e-mail: z@x.test."):
        platform.team.set_role({"emails": ["a@x.test", "z@x.test"], "team_role": "member"})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"emails": [], "team_role": "member"}, '"emails" must contain at least 1 items'),
        ({"team_role": "member"}, '"emails" is required'),
        ({"emails": ["a"], "team_role": "member"}, r'"emails\[0\]" must be a valid email'),
        ({"emails": ["a@x.test"], "team_role": "admin"}, '"team_role" must be one of'),
        ({"emails": ["a@x.test"], "team_role": "disabled"}, '"team_role" must be one of'),
        ({"emails": ["a@x.test"]}, '"team_role" is required'),
    ],
)
def test_wrong_invitations_are_refused(platform: Platform, body: Any, text: str) -> None:
    with refused(400, text):
        platform.team.invite(body)
    assert len(platform.team.all()) == 1


def test_the_team_has_a_limit(make_platform: Any) -> None:
    platform = make_platform(objects_max=2)
    platform.team.invite({"emails": ["a@x.test"], "team_role": "member"})
    with refused(400, r"at most 2 teammates \(setting objects_max\)"):
        platform.team.invite({"emails": ["b@x.test"], "team_role": "member"})


def test_a_name_is_made_of_whatever_the_address_has(platform: Platform) -> None:
    _, odd = platform.team.invite({"emails": ["..@x.test"], "team_role": "member"})
    assert (odd.first_name, odd.last_name) == ("..", "")
