"""The language of a page: the one it is asked in, else the one chosen before, else the one that the browser prefers."""

from __future__ import annotations

import httpx
import pytest

from conftest import Server, served
from kg.faces.web.negotiate import COOKIE, cookie, preferred, to_keep
from kg.graph import KnowledgeGraph
from kg.source.project import Project

HTML = {"Accept": "text/html"}


def asked(url: str, chosen: str = "", accepted: str = "zh", **headers: str) -> httpx.Response:
    """The page at *url* for a reader who chose the language *chosen* before."""
    kept = {"Cookie": f"{COOKIE}={chosen}"} if chosen else {}
    return httpx.get(url, headers={**HTML, "Accept-Language": accepted, **kept, **headers}, timeout=60)


@pytest.mark.parametrize(
    ("query", "chosen", "accepted", "told"),
    [
        ("", "", "zh", "zh"),
        ("", "", "en", "en"),
        ("", "en", "zh", "en"),
        ("", "zh", "en", "zh"),
        ("", "xx", "en", "en"),
        ("?lang=zh", "en", "en", "zh"),
        ("?lang=en", "zh", "zh", "en"),
    ],
)
def test_a_language_chosen_stays(world_server: Server, query: str, chosen: str, accepted: str, told: str) -> None:
    for path in ("/queries", "/organization/qinglan", "/organization/nobody", "/sparql"):
        response = asked(f"{world_server.url}{path}{query}", chosen, accepted)
        assert response.headers["content-language"] == told, path
        assert f'<html lang="{told}">' in response.text


def test_choosing_a_language_keeps_it_and_nothing_else_does(world_server: Server) -> None:
    url = f"{world_server.url}/queries"
    kept = asked(f"{url}?lang=en").headers["set-cookie"]
    assert kept.startswith(f"{COOKIE}=en;")
    assert {part.strip() for part in kept.split(";")[1:]} == {"HttpOnly", "Max-Age=31536000", "Path=/", "SameSite=Lax"}
    assert "set-cookie" not in asked(url).headers
    assert "set-cookie" not in asked(f"{url}?lang=en", "en").headers
    assert "set-cookie" not in asked(f"{url}?lang=xx").headers
    assert "set-cookie" not in httpx.get(f"{url}.json?lang=en", timeout=60).headers


def test_a_link_from_elsewhere_does_not_replace_a_choice(world_server: Server) -> None:
    url = f"{world_server.url}/queries?lang=en"
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert "set-cookie" not in asked(url, "zh", **elsewhere).headers
    assert "set-cookie" in asked(url, **elsewhere).headers
    assert "set-cookie" in asked(url, "zh", **{"Sec-Fetch-Site": "same-origin"}).headers


def test_a_kept_page_is_of_one_language(world_server: Server) -> None:
    """A page that a browser or a cache has kept is not the answer after another language was chosen."""
    url = f"{world_server.url}/audit"
    chinese, english = asked(url, "zh"), asked(url, "en")
    assert "Cookie" in chinese.headers["vary"]
    assert chinese.headers["etag"] != english.headers["etag"]
    assert asked(url, "en", **{"If-None-Match": chinese.headers["etag"]}).status_code == 200
    again = asked(f"{url}?lang=en", "zh")
    unchanged = asked(f"{url}?lang=en", "zh", **{"If-None-Match": again.headers["etag"]})
    assert (unchanged.status_code, "set-cookie" in unchanged.headers) == (304, True)


def test_behind_a_proxy_the_cookie_is_for_its_path_alone(
    world: KnowledgeGraph, world_project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    flags = ("--workers", "1", "--root-path", "/kg")
    with served(world_project, tmp_path_factory.mktemp("language"), *flags) as server:
        assert "; Path=/kg;" in asked(f"{server.url}/kg/queries?lang=en").headers["set-cookie"] + ";"


@pytest.mark.parametrize(
    "hostile", ["kg_lang=e\x00n", "kg_lang", "=", ";;;", "kg_lang=n\xff", 'kg_lang="zh', "a" * 9000]
)
def test_a_hostile_cookie_chooses_nothing(hostile: str) -> None:
    fields = {b"cookie": hostile.encode("latin-1"), b"accept-language": b"en", b"accept": b"text/html"}
    assert preferred(fields) == "en"
    assert to_keep(b"lang=en", fields) == "en"
    assert to_keep(b"lang=en%0d%0aSet-Cookie:x", fields) == ""


def test_over_https_the_cookie_is_secure() -> None:
    assert "Secure" in cookie("zh", "/", secure=True)
    assert "Secure" not in cookie("zh", "/", secure=False)
