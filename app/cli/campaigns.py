"""Campaigns in which friends help: written down, judged, published, stopped."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import campaigns, members, merchants
from app.domain.campaigns import AssistCampaign, CampaignRefused, Finding
from app.gateways import App, gateways
from app.gateways.errors import GatewayError
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

ACTOR = "system"

campaign_group = AppGroup("campaign", help="Campaigns in which friends help unlock.")


@campaign_group.command("draft")
@click.argument("merchant")
@click.argument("terms", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--number", help="Other terms for this draft.")
@with_appcontext
def draft(merchant: str, terms: Path, number: str | None) -> None:
    """Write a campaign down from a JSON file with its terms; what stands against it is told."""
    merchant_id = merchants.merchant_id_of(merchant)
    wanted = campaigns.parse(json.loads(terms.read_text(encoding="utf-8")))
    at = clock.now()
    with transaction():
        if number:
            campaign = campaigns.edit(
                merchant_id=merchant_id, number=number, terms=wanted, actor=ACTOR, at=at
            )
        else:
            campaign = campaigns.draft(merchant_id=merchant_id, terms=wanted, actor=ACTOR, at=at)
        _tell(campaign, _findings(campaign, at=at))


@campaign_group.command("lint")
@click.argument("merchant")
@click.argument("number")
@with_appcontext
def lint(merchant: str, number: str) -> None:
    """What the platform would forbid: each rule with its number, and what to change."""
    with transaction():
        campaign = _find(merchant, number)
        _tell(campaign, _findings(campaign, at=clock.now()))


@campaign_group.command("publish")
@click.argument("merchant")
@click.argument("number")
@click.option("--appid", required=True, help="The mini-program whose platform judges the words.")
@click.option("--author", required=True, help="A member who was in it within two hours: U….")
@with_appcontext
def publish(merchant: str, number: str, appid: str, author: str) -> None:
    """From now on whoever buys the offer gets tasks with it."""
    merchant_id = merchants.merchant_id_of(merchant)
    with transaction():
        text = campaigns.parse(_find(merchant, number).terms).wording.text
    is_clean = _judge(merchant_id, text, appid=appid, author=author)
    at = clock.now()
    try:
        with transaction():
            campaign = campaigns.publish(
                merchant_id=merchant_id,
                number=number,
                clean_text=text if is_clean else None,
                actor=ACTOR,
                at=at,
            )
            _tell(campaign, [])
    except CampaignRefused as refused:
        click.echo(json.dumps(refused.details, ensure_ascii=False, indent=2))
        raise click.ClickException(refused.message) from refused


@campaign_group.command("stop")
@click.argument("merchant")
@click.argument("number")
@with_appcontext
def stop(merchant: str, number: str) -> None:
    """Orders placed from now on bring no tasks; those there are go on."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        _tell(
            campaigns.stop(merchant_id=merchant_id, number=number, actor=ACTOR, at=clock.now()), []
        )


@campaign_group.command("kill")
@click.argument("merchant")
@click.argument("number")
@click.option("--reason", required=True)
@with_appcontext
def kill(merchant: str, number: str, reason: str) -> None:
    """End it at once; open tasks are settled by the rule that was published."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        _tell(
            campaigns.kill(
                merchant_id=merchant_id,
                number=number,
                reason=reason,
                actor=ACTOR,
                at=clock.now(),
            ),
            [],
        )


@campaign_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_campaigns(merchant: str) -> None:
    """Every campaign, the newest first."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        for campaign in campaigns.list_campaigns(merchant_id=merchant_id):
            click.echo(f"{campaign.number} {campaign.state} {campaign.terms['wording']['title']}")


def _find(merchant: str, number: str) -> AssistCampaign:
    merchant_id = merchants.merchant_id_of(merchant)
    return campaigns.get_campaign(merchant_id=merchant_id, number=number)


def _findings(campaign: AssistCampaign, *, at: datetime) -> list[Finding]:
    terms = campaigns.parse(campaign.terms)
    examined = campaigns.examine(merchant_id=campaign.merchant_id, terms=terms, at=at)
    return list(examined.findings)


def _judge(merchant_id: int, text: str, *, appid: str, author: str) -> bool:
    with transaction():
        keys = merchants.get_app(merchant_id=merchant_id, appid=appid)
        member_id = members.find_member_id(merchant_id=merchant_id, number=author)
        openid = member_id and members.find_openid(
            merchant_id=merchant_id, member_id=member_id, appid=appid
        )
    if not openid:
        raise NotFound("There is no such member in this mini-program.", number=author[:40])
    check = gateways().content(App(appid=keys.appid, secret=keys.secret))
    try:
        return check.check_text(openid=openid, text=text).may_be_shown
    except GatewayError as failure:
        raise click.ClickException(f"WeChat did not judge the words: {failure.code}") from failure


def _tell(campaign: AssistCampaign, findings: list[Finding]) -> None:
    told = {
        "campaign": campaign.number,
        "state": campaign.state,
        "findings": [asdict(finding) for finding in findings],
    }
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


COMMANDS = (campaign_group,)
