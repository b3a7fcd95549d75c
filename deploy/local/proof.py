"""The last act: the books add up, and no log line holds a key."""

import json
from typing import Any

from deploy.local.house import House
from deploy.local.telling import Caller, Telling, expect, must

# Shorter words, such as an appid's secret of three letters, would be found by chance.
LEAST_SIGNS = 12
SECRET_NAMES = ("secret", "token", "key", "private")
PUBLIC_NAMES = ("public",)
BOOKS = (("ledger", "verify"), ("vouchers", "verify"), ("audit", "seal"), ("audit", "verify"))


def prove(house: House, telling: Telling) -> None:
    """Raises NotSeen when something does not add up, or a log tells too much."""
    for words in BOOKS:
        telling.tell(f"flask {' '.join(words)}: {house.flask(*words).strip()}")
    secrets = _secrets(house)
    lines = 0
    for log in sorted((house.folder / "logs").glob("*.log")):
        text = log.read_text(encoding="utf-8", errors="replace")
        told = [name for name, secret in secrets.items() if secret in text]
        must(not told, f"{log.name} tells {told}")
        lines += text.count("\n")
    telling.tell(f"{len(secrets)} keys, tokens and people's ids are in none of {lines} log lines")


def _secrets(house: House) -> dict[str, str]:
    world = house.folder / "world"
    found = dict(_named_secrets(json.loads((world / "shop.json").read_text(encoding="utf-8"))))
    found |= dict(_named_secrets(json.loads((world / "shown-once.json").read_text("utf-8"))))
    found["master.key"] = (house.folder / "master.key").read_text(encoding="utf-8").strip()
    wechat = Caller(house.wechat_url)
    for person in expect(200, wechat.get("/_sim/users")):
        found |= {
            f"openid of {person['name']} {place}": openid
            for place, openid in enumerate(person["openids"].values())
        }
        found[f"phone of {person['name']}"] = person["phone"]
    for place, asked in enumerate(expect(200, wechat.get("/_sim/requests"))):
        answer = str(asked["answer"])
        if '"access_token"' in answer:
            found[f"access token {place}"] = json.loads(answer)["access_token"]
    return {name: secret for name, secret in found.items() if secret}


def _named_secrets(value: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [each for key, one in value.items() for each in _named_secrets(one, f"{name}.{key}")]
    if not isinstance(value, str) or len(value) < LEAST_SIGNS:
        return []
    last = name.rpartition(".")[2].lower()
    is_secret = any(word in last for word in SECRET_NAMES) or ".invitations." in name
    if not is_secret or any(word in last for word in PUBLIC_NAMES):
        return []
    # A key of several lines would be logged line by line.
    return [(name, value.strip().splitlines()[len(value.strip().splitlines()) // 2])]
