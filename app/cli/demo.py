"""Commands for a demonstration: a pretend WeChat with fresh keys, and a shop that uses them.

`flask make-world` writes both sides' keys, `flask simulate-wechat` runs the one, and `flask seed`
opens the other. Nothing secret is in the source tree.
"""

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.cli import seeding

# Only the commands below know the simulator; the server must start without it.


@click.command()
@click.option("--folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--ladder-scale", default=0.02, show_default=True, help="1.0: notices as slow as real."
)
def make_world(folder: Path, ladder_scale: float) -> None:
    """Write FOLDER/wechat.json (the pretend platform) and FOLDER/shop.json (the shop's keys).

    What is there already stays.
    """
    from app.cli import world  # noqa: PLC0415 - see above

    made = world.make(folder, ladder_scale=ladder_scale)
    click.echo("made new keys" if made else "the keys are there already")


@click.command()
@click.option("--folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--slot", default="", help="Where a phone finds the mini-program.")
@click.argument("doors", nargs=-1, required=True)
def connect_world(folder: Path, slot: str, doors: tuple[str, ...]) -> None:
    """Tell the pretend platform of FOLDER, before it runs, where apps hear: APPID=URL …"""
    from app.cli import world  # noqa: PLC0415 - see above

    world.open_doors(folder, dict(door.split("=", 1) for door in doors), slot_url=slot)


@click.command()
@click.option("--settings", required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--port", default=0, help="0 takes a free one.")
def simulate_wechat(settings: str, port: int) -> None:
    """Run the pretend WeChat of a settings file until interrupted."""
    from app import simulator  # noqa: PLC0415 - see above

    simulator.run(settings, port=port)


@click.command()
@click.option("--shop", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def seed(shop: Path) -> None:
    """Open the demonstration shop with the keys of SHOP; prints what there is as JSON.

    Harmless to repeat. Invitations and the cashier's key are shown by the first run only.
    """
    keys = json.loads(shop.read_text(encoding="utf-8"))
    click.echo(json.dumps(seeding.seed(keys), ensure_ascii=False, indent=2))


COMMANDS = (make_world, connect_world, simulate_wechat, seed)
