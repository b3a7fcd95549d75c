"""The panel in English: every word has a translation, and what is compiled is what is written."""

import re

import pytest

from app.admin import words as panel_words
from deploy.local import words

KEPT = re.compile(r"“[^”]*”|至")
BLANK = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_message_has_a_translation(language):
    """`make words` lists what has none."""
    assert words.missing(words.updated(language)) == []


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_catalogue_holds_what_the_pages_say_and_nothing_else(language):
    said = {message.id for message in words.extract() if message.id}
    kept = {message.id for message in words.known(language) if message.id}
    assert (said - kept, kept - said) == (set(), set())


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    compiled = words.place(language).with_suffix(".mo").read_bytes()
    assert compiled == words.compiled(words.known(language))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_translation_fills_in_the_same_blanks(language):
    differing = [
        message.id
        for message in words.known(language)
        if message.id and set(BLANK.findall(message.id)) != set(BLANK.findall(str(message.string)))
    ]
    assert differing == []


def test_english_is_english():
    """But for names in quotes, as they stand on the platform's own pages, and a word of dates."""
    left = [
        message.string
        for message in words.known("en")
        if message.id and re.search(r"[\u4e00-\u9fff]", KEPT.sub("", str(message.string)))
    ]
    assert left == []


def test_whoever_chose_english_reads_english(house):
    assert "设置" in house.owner.get("/settings").text
    house.owner.post("/locale", {"locale": "en"})
    page = house.owner.get("/settings").text
    assert 'lang="en"' in page
    assert "Settings" in page
    house.owner.post("/locale", {"locale": "xx"})
    assert 'lang="en"' in house.owner.get("/settings").text


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 Safari/604.1"
            ),
            "iPhone · 微信",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
            ),
            "Windows · Edge",
        ),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent, said):
    assert panel_words.device(agent) == said
