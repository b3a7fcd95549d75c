"""`flask mini-program …`: the customer's app, made ready for one shop's upload."""

import json
import shutil
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.config import Settings
from app.domain import merchants
from app.kernel.db import transaction

BUILD = Path(__file__).resolve().parents[2] / "miniprogram" / "dist" / "mp-weixin"
CONFIG = "project.config.json"
# What stands in the build where the shop's own words belong.
API, MERCHANT = "https://api.kabao.invalid", "M0000000000000000"

group = AppGroup("mini-program", help="The customer's app.")


@group.command("export")
@click.option("--merchant", required=True, help="The shop's number, M….")
@click.option("--appid", required=True, help="The mini-program's, wx….")
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--for-development", is_flag=True, help="Allow an address without https.")
@with_appcontext
def export(merchant: str, appid: str, folder: Path, *, for_development: bool) -> None:
    """Write the mini-program of MERCHANT to an empty folder, for WeChat's developer tools."""
    settings: Settings = current_app.extensions["settings"]
    _check_shop(merchant, appid)
    if not settings.public_url.startswith("https:") and not for_development:
        raise click.ClickException(
            f"KABAO_PUBLIC_URL is {settings.public_url}: mini-programs speak https only. "
            "For the developer tools alone, say --for-development."
        )
    if not (BUILD / CONFIG).is_file():
        raise click.ClickException("There is no build: run `make frontend` first.")
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty.")
    filled = write(BUILD, folder, api=settings.public_url, merchant=merchant, appid=appid)
    click.echo(f"{folder}: {filled} files speak to {settings.public_url} for {merchant}, {appid}")


def write(build: Path, folder: Path, *, api: str, merchant: str, appid: str) -> int:
    """Copy the build with the shop's own words in it; how many scripts were changed."""
    shutil.copytree(build, folder, dirs_exist_ok=True)
    filled = sum(_fill(script, api=api, merchant=merchant) for script in folder.rglob("*.js"))
    path = folder / CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(
        json.dumps(config | {"appid": appid}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    if not filled:
        raise click.ClickException("The build names no server: it was not made by `make frontend`.")
    return filled


def _check_shop(merchant: str, appid: str) -> None:
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        known = merchants.list_appids(merchant_id=merchant_id, kind=merchants.AppKind.MINI_PROGRAM)
    if appid not in known:
        raise click.ClickException(f"{appid} is no mini-program of this shop: add it first.")


def _fill(script: Path, *, api: str, merchant: str) -> bool:
    before = script.read_text(encoding="utf-8")
    after = before.replace(API, api).replace(MERCHANT, merchant)
    if after == before:
        return False
    script.write_text(after, encoding="utf-8")
    return True


COMMANDS = (group,)
