"""Re-create the panel's vendored files from the npm registry: `python -m deploy.local.assets`.

The lock names every package with its version, licence and SHA-512, and every file with its
SHA-256; a package or file that differs is refused. `--relock` writes down what was found instead.
"""

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PANEL = Path(__file__).parents[2] / "app" / "admin"
LOCK, VENDOR = PANEL / "assets.lock.json", PANEL / "static" / "vendor"
ICONS = "icons.svg"
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class Differs(RuntimeError):
    """A package or file is not the one that the lock names."""


def main(arguments: list[str]) -> int:
    lock: dict[str, Any] = json.loads(LOCK.read_text())
    is_relocking = "--relock" in arguments
    try:
        files = collect(lock, is_relocking=is_relocking)
    except Differs as problem:
        print(problem, file=sys.stderr)
        return 1
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (VENDOR / name).write_bytes(content)
    if is_relocking:
        LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")
    print(f"{len(files)} files in {VENDOR}")
    return 0


def collect(lock: dict[str, Any], *, is_relocking: bool) -> dict[str, bytes]:
    """Every vendored file by name, from packages that are what the lock says. Raises Differs."""
    files: dict[str, bytes] = {}
    for package in lock["packages"]:
        inside = _members(_tarball(package, is_relocking=is_relocking))
        for source, name in package.get("files", {}).items():
            files[name] = inside[f"package/{source}"]
        if package.get("icons"):
            files[ICONS] = _sprite(inside, package["icons"])
    found = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    if is_relocking:
        lock["files"] = found
    elif found != lock["files"]:
        raise Differs(
            f"files differ from the lock: {sorted(set(found.items()) ^ set(lock['files'].items()))}"
        )
    return files


def _tarball(package: dict[str, Any], *, is_relocking: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{package['name']}@{package['version']}"
        command = ["npm", "pack", "--silent", "--pack-destination", folder, wanted]
        subprocess.run(command, check=True, capture_output=True)
        (packed,) = Path(folder).iterdir()
        content = packed.read_bytes()
    digest = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if is_relocking:
        package["integrity"] = digest
    elif package["integrity"] != digest:
        raise Differs(f"{package['name']} {package['version']} is not the package of the lock")
    return content


def _members(tarball: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                found[member.name] = content.read()
    return found


def _sprite(inside: dict[str, bytes], names: list[str]) -> bytes:
    symbols = []
    for name in sorted(names):
        svg = inside[f"package/icons/outline/{name}.svg"].decode()
        body = _BODY.search(svg)
        if body is None:
            raise Differs(f"{name} is no picture")
        drawn = re.sub(r"\s+", " ", body.group(1)).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{drawn}</symbol>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    ).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
