"""What can be bought: benefits with their terms, and offers that hold them."""

from app.domain.catalog.benefits import add_benefit, publish_benefit, revise_benefit
from app.domain.catalog.errors import (
    LimitReached,
    NotOnSale,
    NotPublishable,
    NotSoldOnIos,
    SoldOut,
)
from app.domain.catalog.kind_words import KIND_NAMES
from app.domain.catalog.kinds import BOUND_TO_THE_BUYER, MAY_HOLD_NO_VOUCHERS
from app.domain.catalog.lint import Finding, lint
from app.domain.catalog.lint import lint as vague_words
from app.domain.catalog.listing import (
    BenefitLine,
    OfferLine,
    list_every_benefit,
    list_every_offer,
)
from app.domain.catalog.models import (
    Benefit,
    BenefitKind,
    BenefitRevision,
    Category,
    GoodsKind,
    Offer,
    OfferKind,
    OfferState,
    RefundPolicy,
)
from app.domain.catalog.offers import (
    add_category,
    add_offer,
    list_categories,
    publish_offer,
    set_sale_window,
    stop_offer,
)
from app.domain.catalog.rules import Conditions, Days, Fixed, validity_window
from app.domain.catalog.selling import Content, ForSale, for_sale, for_sale_lately, put_back
from app.domain.catalog.shelf import (
    ItemDetail,
    OfferDetail,
    OfferOnShelf,
    get_offer,
    is_sold_on_ios,
    list_offers,
)
from app.domain.catalog.statements import UNCHANGED
from app.domain.catalog.terms import RevisionTerms, find_revisions
from app.domain.catalog.use import UseRefusal, refuse_again, refuse_use
from app.domain.catalog.wording import condition_lines, face_words
from app.kernel.calendar import Hours, Range

__all__ = [
    "BOUND_TO_THE_BUYER",
    "KIND_NAMES",
    "MAY_HOLD_NO_VOUCHERS",
    "UNCHANGED",
    "Benefit",
    "BenefitKind",
    "BenefitLine",
    "BenefitRevision",
    "Category",
    "Conditions",
    "Content",
    "Days",
    "Finding",
    "Fixed",
    "ForSale",
    "GoodsKind",
    "Hours",
    "ItemDetail",
    "LimitReached",
    "NotOnSale",
    "NotPublishable",
    "NotSoldOnIos",
    "Offer",
    "OfferDetail",
    "OfferKind",
    "OfferLine",
    "OfferOnShelf",
    "OfferState",
    "Range",
    "RefundPolicy",
    "RevisionTerms",
    "SoldOut",
    "UseRefusal",
    "add_benefit",
    "add_category",
    "add_offer",
    "condition_lines",
    "face_words",
    "find_revisions",
    "for_sale",
    "for_sale_lately",
    "get_offer",
    "is_sold_on_ios",
    "lint",
    "list_categories",
    "list_every_benefit",
    "list_every_offer",
    "list_offers",
    "publish_benefit",
    "publish_offer",
    "put_back",
    "refuse_again",
    "refuse_use",
    "revise_benefit",
    "set_sale_window",
    "stop_offer",
    "vague_words",
    "validity_window",
]
