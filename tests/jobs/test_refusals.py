"""What a command says when it refuses: one line, the code first, and no stack of calls."""

import json
import os
import subprocess
import sys

import click
import click.testing
import pytest

from app.cli import refusals
from app.gateways.errors import Unavailable
from app.kernel.errors import Invalid
from tests.architecture.reading import ROOT
from tests.builders.catalog import a_benefit, a_draft_benefit, a_draft_offer, an_offer
from tests.builders.merchants import a_merchant


def said(app, *words):
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def leaves(command, path=()):
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from leaves(each, (*path, name))
    else:
        yield path, command


@pytest.mark.parametrize(
    "words",
    [
        ("points", "rule", "M23", "积分", "purchase", "--per-yuan", "1"),
        ("refunds", "show", "Y23"),
        ("complaints", "reply", "X23", "您好"),
        ("jobs", "sweep", "no_such_sweep"),
    ],
)
def test_a_refusal_is_told_without_a_stack(app, committed, words):
    told = said(app, *words)

    assert told.exit_code in {1, 2}
    assert "Traceback" not in told.output
    assert isinstance(told.exception, SystemExit)


def test_a_refusal_is_one_line_with_its_code_and_its_details(app, committed):
    told = said(app, "catalog", "benefits", "M23")

    assert (told.exit_code, told.stdout) == (1, "")
    (line,) = told.stderr.splitlines()
    assert line.startswith("Error: not_found: ")


def test_no_command_can_show_its_stack(app):
    plain = [path for path, each in leaves(app.cli) if isinstance(each.callback, refusals._Plainly)]
    ours = [
        path for path, each in leaves(app.cli) if not each.callback.__module__.startswith("flask")
    ]
    assert sorted(plain) == sorted(ours)


def test_fields_are_named_and_what_wechat_says_is_told():
    def with_fields():
        raise Invalid("This cannot\nbe.", field="bp")

    def away():
        raise Unavailable("token: no answer", code="timeout")

    assert refused(with_fields) == 'Error: invalid: This cannot be. {"field": "bp"}\n'

    def unreadable():
        json.loads("{")

    assert refused(unreadable).startswith("Error: bad_json: Expecting")
    assert refused(away) == "Error: timeout: token: no answer\n"


def refused(callback):
    command = click.Command("try", callback=callback)
    refusals.tell_plainly(command)
    refusals.tell_plainly(command)
    return click.testing.CliRunner().invoke(command).stderr


def test_missing_settings_are_one_message(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "status"],
        env={"PATH": os.environ["PATH"]},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("The settings are not complete:\n  DATABASE_URL is missing")
    assert "Traceback" not in done.stderr


def test_numbers_of_benefits_and_offers_are_found(app, flask, committed):
    with app.app_context():
        merchant = a_merchant()
        latte = a_benefit(merchant=merchant)
        cake = a_draft_benefit(merchant=merchant, name="蛋糕券")
        items = [(latte.benefit_id, 2)]
        sold = an_offer(merchant=merchant, items=items).number
        drawn = a_draft_offer(merchant=merchant, items=items, title="三杯").number
        a_benefit()
        number = merchant.number
        expected = [
            {"number": cake.benefit_number, "name": "蛋糕券"}
            | {"kind": "exchange", "state": "draft"},
            {"number": latte.benefit_number, "name": "热拿铁兑换券"}
            | {"kind": "exchange", "state": "published"},
        ]

    benefits = [json.loads(line) for line in flask("catalog", "benefits", number).splitlines()]
    offers = [json.loads(line) for line in flask("catalog", "offers", number).splitlines()]

    assert benefits == expected
    assert [(each["number"], each["state"]) for each in offers] == [
        (drawn, "draft"),
        (sold, "on_sale"),
    ]
