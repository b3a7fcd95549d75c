"""Which libraries are played, and how one is."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.local.servers import HOME
from deploy.sdk.installing import NODE, REQUIREMENTS, Tools
from deploy.sdk.reporting import Result
from deploy.sdk.stage import SetUp

ROOT = HOME.parent
MOST_SECONDS = 120
PATIENCE_S = 10


@dataclass(frozen=True, kw_only=True)
class Story:
    """A script of `python/` (.py) or `node/` (.cjs) about one package."""

    name: str
    package: str
    script: str
    words: Sequence[str] = ()


STORIES = (
    *(
        Story(
            name=f"wechatpayv3 {how}, {mode}",
            package="wechatpayv3",
            script="wechatpayv3_pay.py",
            words=(how, mode),
        )
        for how in ("sync", "async")
        for mode in ("public_key", "certificates")
    ),
    Story(name="wechatpy", package="wechatpy", script="wechatpy_apps.py"),
    Story(name="werobot", package="werobot", script="werobot_account.py"),
    *(
        Story(
            name=f"{package}, {mode}",
            package=package,
            script=f"{package.replace('-', '_')}.cjs",
            words=(mode,),
        )
        for package, mode in (
            ("wechatpay-axios-plugin", "public_key"),
            ("wechatpay-axios-plugin", "certificates"),
            ("wechatpay-node-v3", "certificates"),
            ("node-easywechat", "public_key"),
            ("node-easywechat", "certificates"),
        )
    ),
    Story(
        name="node-easywechat, apps",
        package="node-easywechat",
        script="node_easywechat_apps.cjs",
    ),
    Story(name="co-wechat-api", package="co-wechat-api", script="co_wechat_api.cjs"),
    Story(name="wechat-oauth", package="wechat-oauth", script="wechat_oauth.cjs"),
    Story(name="wechat-crypto", package="wechat-crypto", script="wechat_crypto.cjs"),
)


def play(story: Story, *, tools: Tools, set_up: SetUp) -> Result:
    """Run it to its end, printing as it goes."""
    result = Result(name=story.name, version=_version(story))
    requests.delete(f"{set_up.simulator}/_sim/faults", timeout=PATIENCE_S).raise_for_status()
    command = _command(story, tools=tools, set_up=set_up)
    environment = {**_surroundings(), **_environment(tools, set_up)}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    for line in done.stdout.splitlines():
        print(result.hear(line), flush=True)
    if done.returncode:
        result.fail(f"ended with {done.returncode}")
    elif not result.held:
        result.fail("checked nothing")
    return result


def _command(story: Story, *, tools: Tools, set_up: SetUp) -> list[str]:
    words = [str(set_up.world), *story.words]
    if story.script.endswith(".py"):
        module = f"deploy.sdk.python.{story.script.removesuffix('.py')}"
        return [str(tools.python), "-B", "-m", module, *words]
    return [str(tools.node), str(NODE / story.script), *words]


def _surroundings() -> Mapping[str, str]:
    """Ours, without a word of proxies and other authorities."""
    strange = ("proxy", "ca_bundle", "ssl_cert", "node_", "python")
    return {
        name: value
        for name, value in os.environ.items()
        if not any(part in name.lower() for part in strange)
    }


def _environment(tools: Tools, set_up: SetUp) -> Mapping[str, str]:
    """The libraries' own addresses lead to the simulator, by a proxy and an authority."""
    return {
        "HTTPS_PROXY": set_up.tunnel,
        "REQUESTS_CA_BUNDLE": str(set_up.authority),
        "SSL_CERT_FILE": str(set_up.authority),
        "NODE_EXTRA_CA_CERTS": str(set_up.authority),
        "NODE_PATH": str(tools.folder / "node" / "node_modules"),
        "SDK_FOLDER": str(tools.folder),
    }


def _version(story: Story) -> str:
    if story.script.endswith(".cjs"):
        pinned = json.loads((NODE / "package.json").read_text())["dependencies"]
        return str(pinned[story.package])
    return _pinned(REQUIREMENTS, story.package)


def _pinned(requirements: Path, package: str) -> str:
    for line in requirements.read_text().splitlines():
        name, _, rest = line.partition("==")
        if name.partition("[")[0] == package:
            return rest.split()[0]
    raise LookupError(package)
