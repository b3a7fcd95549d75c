"""The words by which a text is found bad. The platform's own judgement cannot be had; these can."""

# Word to label of the text check; the first found decides.
RISKY = {
    "违禁词": 20006,
    "涉政词": 20001,
    "色情词": 20002,
    "辱骂词": 20003,
    "诈骗词": 20008,
    "低俗词": 20012,
    "盗版词": 20013,
}
REVIEW = {"广告词": 10001, "可疑词": 21000}


def judged(text: str) -> tuple[str, int, str]:
    """suggest (pass, review or risky), label and the word that decided."""
    for suggest, words in (("risky", RISKY), ("review", REVIEW)):
        for word, label in words.items():
            if word in text:
                return suggest, label, word
    return "pass", 100, ""


def is_sensitive(text: str) -> bool:
    """Whether a message with this text is not delivered."""
    return judged(text)[0] == "risky"
