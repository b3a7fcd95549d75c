"""`python -m attack.sbom`: the list of what Kabao is made of, as CycloneDX 1.5, from the lock files.

The same lock files give the same list, byte for byte: it names no time and no machine.
"""

import argparse
import json
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from attack.locks import NPM, ROOT, Library, libraries

FORMAT, VERSION = "CycloneDX", "1.5"
WHERE = ROOT / ".kabao" / "sbom.json"
ALGORITHMS = {"sha256": "SHA-256", "sha512": "SHA-512", "sha1": "SHA-1"}
SPACE = uuid.UUID("5c1e3f0a-6f0b-5b54-9d57-2f4f6d1c8a01")


def bill(root: Path = ROOT) -> dict[str, Any]:
    """The document; each library once, in the order of its name."""
    by_purl: dict[str, list[Library]] = {}
    for each in libraries(root):
        by_purl.setdefault(purl(each), []).append(each)
    components = [_component(name, found) for name, found in sorted(by_purl.items())]
    body = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": FORMAT,
        "specVersion": VERSION,
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, body)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "kabao", "bom-ref": "kabao"}},
        "components": components,
    }


def purl(library: Library) -> str:
    """The name by which the world's tools know it."""
    kind = "npm" if library.ecosystem == NPM else "pypi"
    return f"pkg:{kind}/{quote(library.name, safe='/')}@{quote(library.version)}"


def _component(name: str, found: list[Library]) -> dict[str, Any]:
    """`scope` is required where it is needed to run, and else optional."""
    hashes = sorted({each for library in found for each in library.hashes})
    return {
        "type": "library",
        "bom-ref": name,
        "name": found[0].name,
        "version": found[0].version,
        "purl": name,
        "scope": "required" if any(each.is_needed for each in found) else "optional",
        "hashes": [{"alg": ALGORITHMS[kind], "content": value} for kind, value in hashes],
        "properties": [{"name": "kabao:lock", "value": each.lock} for each in sorted(found)],
    }


def main() -> None:
    """Write it."""
    parser = argparse.ArgumentParser(prog="attack.sbom", description=__doc__)
    parser.add_argument("--to", type=Path, default=WHERE, help="the file to write")
    to = parser.parse_args().to
    to.parent.mkdir(parents=True, exist_ok=True)
    told = bill()
    to.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(told['components'])} libraries in {to}")


if __name__ == "__main__":
    main()
