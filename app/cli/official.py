"""What a merchant sets up for its apps: message doors, menus, codes, and the platform's notices."""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.config import Settings
from app.domain import following, merchants
from app.domain.following import SceneKind
from app.domain.merchants import MessageMode
from app.gateways import App, gateways, qr
from app.gateways.official_desk import LONGEST_SECONDS, OfficialDesk
from app.kernel import clock, numbers
from app.kernel.db import transaction

ACTOR = "system"
DAY_SECONDS = 86_400

app_group = AppGroup("app", help="A merchant's apps at WeChat.")
menu_group = AppGroup("menu", help="The menu of an official account.")
scene_group = AppGroup("scene", help="Codes of an official account, and whom they brought.")
platform_group = AppGroup("platform", help="What the platform says to the merchant.")


@app_group.command("messages")
@click.argument("merchant")
@click.argument("appid")
@click.option(
    "--token",
    envvar="MESSAGE_TOKEN",
    prompt=True,
    hide_input=True,
    help="As in the platform's console. Asked for when left out: other users see command lines.",
)
@click.option(
    "--aes-key",
    envvar="MESSAGE_AES_KEY",
    prompt="EncodingAESKey (empty in plain mode)",
    hide_input=True,
    default="",
    help="The EncodingAESKey; only plain mode does without.",
)
@click.option("--mode", type=click.Choice([m.value for m in MessageMode]), default="secure")
@click.option("--original-id", help="Such as gh_…; pushes for another account are refused.")
@with_appcontext
def messages(
    merchant: str,
    appid: str,
    *,
    token: str,
    aes_key: str,
    mode: str,
    original_id: str | None,
) -> None:
    """Let WeChat's messages for an app in; prints the address for the platform's console."""
    with transaction():
        number = merchants.open_message_door(
            merchant_id=merchants.merchant_id_of(merchant),
            appid=appid,
            mode=MessageMode(mode),
            token=token,
            aes_key=aes_key or None,
            original_id=original_id,
            actor=ACTOR,
            at=clock.now(),
        )
    settings: Settings = current_app.extensions["settings"]
    click.echo(f"{settings.public_url}/wechat/apps/{number}/messages")


@app_group.command("close-messages")
@click.argument("merchant")
@click.argument("appid")
@with_appcontext
def close_messages(merchant: str, appid: str) -> None:
    """Believe nothing that is told about an app any more."""
    with transaction():
        merchants.close_message_door(
            merchant_id=merchants.merchant_id_of(merchant),
            appid=appid,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("the door is closed")


@app_group.command("words")
@click.argument("merchant")
@click.argument("appid")
@click.option("--welcome", help="For who follows; without it the shop's name greets.")
@click.option("--reply", help="For who writes; without it nobody is answered.")
@with_appcontext
def words(merchant: str, appid: str, welcome: str | None, reply: str | None) -> None:
    """How an official account greets and answers."""
    with transaction():
        merchants.set_door_words(
            merchant_id=merchants.merchant_id_of(merchant),
            appid=appid,
            welcome=welcome,
            reply=reply,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("it is said from now on")


@menu_group.command("show")
@click.argument("merchant")
@click.argument("appid")
@with_appcontext
def show_menu(merchant: str, appid: str) -> None:
    """The buttons, as JSON."""
    buttons = _desk(merchant, appid).menu()
    click.echo(json.dumps(buttons, ensure_ascii=False, indent=2))


@menu_group.command("set")
@click.argument("merchant")
@click.argument("appid")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def set_menu(merchant: str, appid: str, file: Path) -> None:
    """Replace the menu by the list of buttons in a JSON file, as `show` prints it."""
    buttons = json.loads(file.read_text(encoding="utf-8"))
    _desk(merchant, appid).set_menu(buttons)
    click.echo(f"{len(buttons)} buttons; followers see them within a day")


@menu_group.command("remove")
@click.argument("merchant")
@click.argument("appid")
@with_appcontext
def remove_menu(merchant: str, appid: str) -> None:
    """Take the menu away."""
    _desk(merchant, appid).remove_menu()
    click.echo("the menu is gone")


@scene_group.command("add")
@click.argument("merchant")
@click.argument("appid")
@click.argument("kind", type=click.Choice([kind.value for kind in SceneKind]))
@click.argument("title")
@click.option("--store", help="The store's number, for a code of a store.")
@click.option("--channel", help="Any word, such as leaflet-may.")
@click.option(
    "--days", type=click.IntRange(1, LONGEST_SECONDS // DAY_SECONDS), help="Not for ever."
)
@with_appcontext
def add_scene(
    merchant: str,
    appid: str,
    kind: str,
    title: str,
    *,
    store: str | None,
    channel: str | None,
    days: int | None,
) -> None:
    """A new code, drawn by WeChat; prints its number."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        number = following.add_scene(
            merchant_id=merchant_id,
            app_id=merchants.get_app(merchant_id=merchant_id, appid=appid).app_id,
            kind=SceneKind(kind),
            title=title,
            is_permanent=days is None,
            store_id=_store_id(merchant_id, store),
            channel=channel,
            actor=ACTOR,
            at=clock.now(),
        )
    _draw(merchant, number, seconds=days * DAY_SECONDS if days else None)
    click.echo(number)


@scene_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_scenes(merchant: str) -> None:
    """Every code and how many people it brought: JSON, a line each."""
    with transaction():
        scenes = following.list_scenes(merchant_id=merchants.merchant_id_of(merchant))
    _print_lines([asdict(scene) for scene in scenes])


@scene_group.command("picture")
@click.argument("scene")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def picture(scene: str, file: Path) -> None:
    """Write the code as PNG, for printing. One that WeChat has not drawn yet is drawn now."""
    merchant_id = numbers.merchant_of(scene, numbers.Kind.SCENE)
    with transaction():
        found = following.get_scene(merchant_id=merchant_id, number=scene)
        merchant = merchants.profile(merchant_id=merchant_id).number
    url = found.url or _draw(
        merchant, scene, seconds=None if found.is_permanent else LONGEST_SECONDS
    )
    file.write_bytes(qr.draw(url))
    click.echo(str(file))


@platform_group.command("notices")
@click.argument("merchant")
@click.option("--all", "with_seen", is_flag=True, help="Also those that were seen.")
@click.option("--seen", "mark", is_flag=True, help="Mark what is printed as seen.")
@click.option("--limit", default=100, show_default=True)
@with_appcontext
def notices(merchant: str, limit: int, *, with_seen: bool, mark: bool) -> None:
    """Violations, limits, reminders and settlements, the newest first: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        rows = following.list_notices(merchant_id=merchant_id, with_seen=with_seen, limit=limit)
        if mark:
            following.mark_notices_seen(
                merchant_id=merchant_id, ids=[row.id for row in rows], at=clock.now()
            )
    _print_lines([vars(row) for row in rows])


def _draw(merchant: str, number: str, *, seconds: int | None) -> str:
    """Ask WeChat for the code and remember it; what its picture says."""
    merchant_id = merchants.merchant_id_of(merchant)
    with transaction():
        scene = following.get_scene(merchant_id=merchant_id, number=number)
    drawn = _desk(merchant, scene.appid).draw_code(number, seconds=seconds)
    lasts = timedelta(seconds=drawn.seconds) if drawn.seconds is not None else None
    with transaction():
        following.remember_picture(
            merchant_id=merchant_id,
            number=number,
            ticket=drawn.ticket,
            url=drawn.url,
            ends_at=clock.now() + lasts if lasts else None,
        )
    return drawn.url


def _desk(merchant: str, appid: str) -> OfficialDesk:
    with transaction():
        keys = merchants.get_app(merchant_id=merchants.merchant_id_of(merchant), appid=appid)
    return gateways().official_desk(App(appid=keys.appid, secret=keys.secret))


def _store_id(merchant_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    return merchants.get_store(merchant_id=merchant_id, number=number).id


def _print_lines(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        click.echo(json.dumps(row, default=str, ensure_ascii=False))


COMMANDS = (app_group, menu_group, scene_group, platform_group)
