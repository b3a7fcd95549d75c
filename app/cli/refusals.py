"""Every refusal of a command is one line for people, and no stack of calls."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from app.gateways.errors import GatewayError
from app.kernel.errors import DomainError
from app.web.errors import AWAY


def tell_plainly(command: click.Command) -> None:
    """Have a command, or all commands of a group, say on one line why they refuse. May repeat."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            tell_plainly(each)
    elif command.callback and not isinstance(command.callback, _Plainly):
        command.callback = _Plainly(command.callback)


@dataclass(frozen=True)
class _Plainly:
    callback: Callable[..., Any]

    def __call__(self, *args: Any, **options: Any) -> Any:
        try:
            return self.callback(*args, **options)
        except DomainError as refusal:
            raise click.ClickException(_words(refusal)) from refusal
        except GatewayError as failure:
            raise click.ClickException(f"{failure.code}: {_on_one_line(failure)}") from failure
        except AWAY as away:
            raise click.ClickException("unavailable: the database is away or all in use") from away
        except json.JSONDecodeError as unreadable:
            raise click.ClickException(f"bad_json: {_on_one_line(unreadable)}") from unreadable


def _words(refusal: DomainError) -> str:
    told = f"{refusal.code}: {_on_one_line(refusal.message)}"
    if not refusal.details:
        return told
    return f"{told} {json.dumps(refusal.details, default=str, ensure_ascii=False)}"


def _on_one_line(words: object) -> str:
    return " ".join(str(words).split())
