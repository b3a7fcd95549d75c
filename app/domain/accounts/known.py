"""A browser in which somebody was signed in before, so that strangers cannot lock it out."""

import hmac
import secrets

from app.kernel import keyring


def mark_for(*, merchant_id: int, staff_id: int) -> str:
    """For the browser's cookie. It opens nothing; its bearer's wrong tries are counted apart."""
    name = f"{staff_id}.{secrets.token_urlsafe(12)}"
    return f"{name}.{_proof(merchant_id, name)}"


def is_ours(mark: str, *, merchant_id: int) -> bool:
    """Whether we gave this mark to somebody at this shop."""
    name, _dot, proof = mark.rpartition(".")
    return hmac.compare_digest(proof.encode(), _proof(merchant_id, name).encode())


def name_in(mark: str, *, merchant_id: int, staff_id: int) -> str | None:
    """What the browser is counted under, if the mark is ours and this person's."""
    name = mark.rpartition(".")[0]
    is_his = is_ours(mark, merchant_id=merchant_id) and name.partition(".")[0] == str(staff_id)
    return name if is_his else None


def _proof(merchant_id: int, name: str) -> str:
    return keyring.blind_index(name, context=f"panel-browser:{merchant_id}").hex()
