"""What happened on each of a merchant's days, added up once so that no page adds up again."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, word


class Figure(StrEnum):
    """What is counted. In brackets: what a figure is sliced by.

    received, returned: money from and to WeChat. owed [account]: the change of what the merchant
    owes. points: the change of points that members have. redeemed [store]: vouchers used there.
    sold: vouchers that came with paid orders. became [month sold:state]: sold vouchers that came
    into a state, less those that left it. placed, bought [all, channel:…, group:…]: orders placed
    that day, and those of them that were paid. purchases [new, again]: paid orders of first-time
    buyers and of others. second [month of the first]: second purchases within 90 days.
    """

    RECEIVED = "received"
    RETURNED = "returned"
    OWED = "owed"
    POINTS = "points"
    REDEEMED = "redeemed"
    SOLD = "sold"
    BECAME = "became"
    PLACED = "placed"
    BOUGHT = "bought"
    PURCHASES = "purchases"
    SECOND = "second"


class DayFigure(Base):
    """One figure of one business day: how many, and how much (fen, or points)."""

    __tablename__ = "day_figures"

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    figure: Mapped[Figure] = mapped_column(word(Figure), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    slice: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    amount: Mapped[int]


class FiguresThrough(Base):
    """The last business day that has been added up."""

    __tablename__ = "figures_through"

    merchant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date]
    counted_at: Mapped[datetime]
