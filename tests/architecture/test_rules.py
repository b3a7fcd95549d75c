"""Rules a reader may rely on, checked by reading the code."""

import pytest

from tests.architecture import rules
from tests.architecture.reading import PRODUCTION, ROOT, TOOLS, Source, sources

OURS = sources(*PRODUCTION)
ALL = sources(*PRODUCTION, *TOOLS)


def test_each_power_lives_in_one_place():
    assert _offences(rules.powers_away_from_home, OURS) == []


def test_only_the_kernel_commits():
    assert _offences(rules.commits_away_from_home, OURS) == []


def test_subjects_are_entered_by_the_front_door():
    assert _offences(rules.side_doors, OURS) == []


def test_no_file_is_longer_than_a_head_can_hold():
    assert _offences(rules.length, ALL) == []


def test_nothing_cites_what_the_reader_does_not_have():
    others = [each for each in ALL if not each.path.startswith("tests/architecture/")]
    assert _offences(rules.strangers_notes, others) == []


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import datetime; datetime.now()",
        "import datetime as dt; dt.datetime.now()",
        "from datetime import date; date.today()",
        "import time; time.time()",
        "from time import sleep; sleep(1)",
        "import os; os.environ['A']",
        "from os import environ",
        "import os; os.getenv('A')",
    ],
)
def test_a_power_in_the_wrong_place_is_seen(line):
    assert _offences(rules.powers_away_from_home, [Source("app/domain/orders/rules.py", line)])


def test_the_home_of_a_power_may_use_it():
    source = Source("app/kernel/clock.py", "import datetime; datetime.datetime.now()")
    assert _offences(rules.powers_away_from_home, [source]) == []


def test_a_commit_in_a_verb_is_seen():
    source = Source("app/domain/orders/actions.py", "writing().commit()")
    assert _offences(rules.commits_away_from_home, [source])


@pytest.mark.parametrize(
    "line",
    [
        "from app.domain.vouchers.models import Voucher",
        "from app.domain.vouchers import models",
        "import app.domain.vouchers.models",
        "from app.domain import vouchers; vouchers.models.Voucher",
    ],
)
def test_a_side_door_is_seen(line):
    assert _offences(rules.side_doors, [Source("jobs/orders.py", line)])


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("jobs/orders.py", "from app.domain import vouchers; vouchers.issue()"),
        ("jobs/orders.py", "from app.domain.vouchers import issue"),
        ("app/domain/vouchers/actions.py", "from app.domain.vouchers.models import Voucher"),
    ],
)
def test_a_front_door_is_open(path, line):
    assert _offences(rules.side_doors, [Source(path, line)]) == []


def test_a_file_of_five_hundred_lines_is_seen():
    assert _offences(rules.length, [Source("app/long.py", "\n" * 500)])


@pytest.mark.parametrize("line", ["x = '/home/ann/kabao'", f"x = '{ROOT}/x'", "# as D7 says"])
def test_a_strangers_note_is_seen(line):
    assert _offences(rules.strangers_notes, [Source("app/kernel/db.py", line)])


def _offences(rule, read):
    return [offence for source in read for offence in rule(source)]
