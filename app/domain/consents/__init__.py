"""Consents: the shop's texts for its customers, and who agreed to which of them."""

from app.domain.consents.agreeing import Given, agree, list_given, take_over
from app.domain.consents.errors import TermsChanged
from app.domain.consents.models import Consent
from app.domain.consents.texts import NAMES, Terms, get_terms, list_terms, terms_of_shop

__all__ = [
    "NAMES",
    "Consent",
    "Given",
    "Terms",
    "TermsChanged",
    "agree",
    "get_terms",
    "list_given",
    "list_terms",
    "take_over",
    "terms_of_shop",
]
