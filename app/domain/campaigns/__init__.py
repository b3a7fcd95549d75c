"""Campaigns in which friends help: what a merchant promises, and whether he may promise it."""

from app.domain.campaigns.actions import draft, edit, kill, publish, stop
from app.domain.campaigns.errors import CampaignRefused, CampaignState
from app.domain.campaigns.linter import Card, Finding, Promised, lint
from app.domain.campaigns.models import AssistCampaign, State
from app.domain.campaigns.queries import (
    Examined,
    Running,
    examine,
    find_running,
    get_campaign,
    list_campaigns,
    list_page,
)
from app.domain.campaigns.terms import Copy, KillRule, Sub, Terms, parse

__all__ = [
    "AssistCampaign",
    "CampaignRefused",
    "CampaignState",
    "Card",
    "Copy",
    "Examined",
    "Finding",
    "KillRule",
    "Promised",
    "Running",
    "State",
    "Sub",
    "Terms",
    "draft",
    "edit",
    "examine",
    "find_running",
    "get_campaign",
    "kill",
    "lint",
    "list_campaigns",
    "list_page",
    "parse",
    "publish",
    "stop",
]
