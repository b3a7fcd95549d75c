import pytest

from app.domain import following
from app.domain.following import SceneKind
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.merchants import a_merchant, a_store, an_app
from tests.builders.moments import NOON


@pytest.fixture
def shop_app(database):
    return an_app(merchant=a_merchant())


def add(app, **changes):
    with transaction():
        return following.add_scene(
            **{
                "merchant_id": app.merchant_id,
                "app_id": app.app_id,
                "kind": SceneKind.CHANNEL,
                "title": "五月传单",
                "is_permanent": True,
                "actor": "system",
                "at": NOON,
                **changes,
            }
        )


@pytest.mark.parametrize(
    "changes",
    [{"kind": SceneKind.STORE}, {"store_id": 1}, {"title": " "}, {"title": "好" * 65}],
)
def test_what_makes_no_code_is_refused(shop_app, changes):
    with pytest.raises(Invalid):
        add(shop_app, **changes)


def test_a_store_of_another_merchant_has_no_code_here(shop_app):
    store = a_store()
    with pytest.raises(Exception, match="fk_scenes_merchant_id_store_id"):
        add(shop_app, kind=SceneKind.STORE, store_id=store.id)


def test_a_code_is_ours_in_its_own_app_only(shop_app):
    number = add(shop_app)
    other = an_app()

    def own(app):
        return following.own_scene(merchant_id=app.merchant_id, app_id=app.app_id, said=number)

    assert own(shop_app) == number
    assert own(other) is None
    with pytest.raises(NotFound):
        following.get_scene(merchant_id=other.merchant_id, number=number)
