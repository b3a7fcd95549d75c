"""What is wrong with a built mini-program is said before anybody uploads it."""

import json

import pytest

from deploy.local import mini_program_rules as rules

APP = {
    "pages": ["pages/home/index"],
    "subPackages": [{"root": "pages/gifts", "pages": ["show"]}],
    "tabBar": {"list": [{"pagePath": "pages/home/index", "text": "首页", "iconPath": "tab/a.png"}]},
}


@pytest.fixture
def build(tmp_path):
    (tmp_path / "app.json").write_text(json.dumps(APP), encoding="utf-8")
    for page in ("pages/home/index", "pages/gifts/show", "components/Ticket"):
        for end in (".js", ".wxml"):
            put(tmp_path / (page + end))
        put(tmp_path / f"{page}.json", b"{}")
    used = {"usingComponents": {"ticket": "../../components/Ticket"}}
    put(tmp_path / "pages/home/index.json", json.dumps(used).encode())
    put(tmp_path / "tab/a.png")
    return tmp_path


def put(path, content=b"1"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_good_build_is_let_through(build):
    rules.check(build)


def without(name):
    return lambda build: (build / name).unlink()


def larger(name, size):
    return lambda build: put(build / name, bytes(size))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without("pages/gifts/show.wxml"), "pages/gifts/show has no .wxml"),
        (without("components/Ticket.js"), "uses ticket"),
        (without("tab/a.png"), "icon tab/a.png is not there"),
        (larger("tab/a.png", 40_000), "40000 bytes"),
        (larger("common/vendor.js", 1_500_000), "the main package has"),
        (larger("pages/gifts/show.js", 2_000_000), "package pages/gifts has"),
    ],
)
def test_what_wechat_would_refuse_is_said(build, spoil, said):
    spoil(build)
    with pytest.raises(rules.Broken, match=said):
        rules.check(build)


def test_what_lies_in_a_package_does_not_weigh_on_the_main_one(build):
    larger("pages/gifts/show.js", 1_600_000)(build)
    rules.check(build)


@pytest.mark.parametrize(
    "line",
    [
        "<script>alert(1)</script>",
        '<script src="//cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="https://cdn.example/a.css">',
    ],
)
def test_a_page_with_a_script_of_its_own_or_from_elsewhere_is_refused(tmp_path, line):
    good = '<script type="module" src="./assets/index.js"></script><link rel="icon" href="data:,">'
    put(tmp_path / "index.html", good.encode())
    rules.check_page(tmp_path / "index.html")

    put(tmp_path / "index.html", (good + line).encode())
    with pytest.raises(rules.Broken):
        rules.check_page(tmp_path / "index.html")
