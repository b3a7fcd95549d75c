"""What we are made of, and what we gave away: lock files, advisories, secrets in the repository."""

from collections.abc import Sequence

from attack import advisories, leaks, locks
from attack.tally import Tally


def run(tally: Tally, databases: Sequence[str]) -> None:
    """Without a database of advisories the libraries are only seen to be pinned, and that is said."""
    found, loose = locks.libraries(), set(locks.loose_lines())
    for each in found:
        tally.expect(each.version, f"{each.name} has no version")
    for line in loose:
        tally.expect(held=False, what=f"not pinned: {line}")
    paths = leaks.tracked()
    for path in paths:
        told = leaks.scan([path])
        tally.expect(not told, f"a secret: {told}")
    tally.note(f"{len(found)} libraries are pinned by hash; {len(paths)} files hold no secret")
    if not databases:
        tally.note("advisories: NOT CHECKED, no --advisories were given (see docs/security.md)")
        return
    known = [each for where in databases for each in advisories.read(where)]
    for weak in advisories.check(found, known):
        tally.expect(held=False, what=str(weak))
    tally.note(f"advisories: {len(known)} were compared with every library")
