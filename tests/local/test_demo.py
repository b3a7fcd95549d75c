import json
import stat
import subprocess

import pytest

from deploy.local import demo
from deploy.local.house import House, forget_invitations, leave_settings


@pytest.fixture
def house(tmp_path):
    env = {"KABAO_SECRET": "it's", "PROMETHEUS_MULTIPROC_DIR": "m", "PYTHONPATH": "p"}
    return House(folder=tmp_path, web_port=1, wechat_port=2, app_port=3, env=env)


def test_a_shell_gets_the_settings_and_nobody_else_does(house):
    leave_settings(house).chmod(0o644)
    path = leave_settings(house)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().count("\n") == 1
    told = subprocess.check_output(["sh", "-c", '. "$0"; printf %s "$KABAO_SECRET"', path])
    assert told == b"it's"


def test_an_accepted_invitation_is_told_no_more(house):
    kept = house.folder / "world" / "shown-once.json"
    kept.parent.mkdir()
    invitations = {"owner": "a", "clerk": "b"}
    kept.write_text(json.dumps({"api_key": "k", "invitations": invitations}))

    shop = forget_invitations(house, {"merchant": "M", "invitations": invitations}, {"clerk"})

    assert shop == {"merchant": "M", "invitations": {"owner": "a"}}
    assert json.loads(kept.read_text()) == {"api_key": "k", "invitations": {"owner": "a"}}


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["--story", "--no-story"], 2)])
def test_what_is_asked_or_wrong_starts_nothing(monkeypatch, words, code):
    monkeypatch.setattr(demo, "both", None)
    with pytest.raises(SystemExit) as ended:
        demo.main(words)
    assert ended.value.code == code
