from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from app.kernel.db import Base, OwnedByMerchant, belongs_to


class Consent(OwnedByMerchant, Base):
    """A member agreed to one revision of one text, for the first time at `at`."""

    __tablename__ = "consents"
    __table_args__ = (
        UniqueConstraint("merchant_id", "member_id", "name", "revision"),
        belongs_to("members", "member_id"),
    )

    member_id: Mapped[int]
    name: Mapped[str]
    revision: Mapped[str]
    at: Mapped[datetime]
