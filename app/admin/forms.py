"""Forms: fields with our meanings, and one way to say why something was refused."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from app.admin import door, words
from app.kernel.errors import DomainError

Done = TypeVar("Done")
YEARS = range(1900, 2201)
MOST_FEN = 10_000_000_00


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A page's form. `does` runs the verb; a refusal is shown above the fields."""

    refusals: Sequence[str] = ()

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        # The door has looked at the token already, whatever the page.
        csrf = False

        @property
        def locales(self) -> list[str]:
            return [str(get_locale() or "zh_Hans_CN").replace("zh_Hans_CN", "zh"), "en"]

    def validate(self, *given: Any, **more: Any) -> bool:
        """As the fields say, and nothing that no column or calendar of ours can hold."""
        is_good = bool(super().validate(*given, **more))
        beyond = [field for field in self if _is_beyond(field.data)]
        for field in beyond:
            field.errors = [*field.errors, _("超出范围")]
        return is_good and not beyond

    def does(self, verb: Callable[[], Done]) -> bool:
        """Whether it was done; if not, the refusal stands in `refusals`, and nothing happened."""
        try:
            verb()
        except DomainError as problem:
            self.refusals = [words.refusal(problem)]
            return False
        return True


def _is_beyond(data: Any) -> bool:
    if isinstance(data, list | tuple | set):
        return any(map(_is_beyond, data))
    if isinstance(data, date):
        return data.year not in YEARS
    return isinstance(data, int) and abs(data) > door.LARGEST


class YuanField(StringField):  # type: ignore[misc]  # as above
    """Money typed as yuan ("12", "12.5", "12.50"), held as whole fen; never a float."""

    def __init__(self, label: str = "", *given: Any, least: int = 0, **more: Any) -> None:
        super().__init__(label, *given, **more)
        self._least = least

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return words.plain_yuan(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip().replace(",", "").replace("¥", "") if valuelist else ""
        self.data = None
        if not text:
            return
        whole, dot, rest = text.partition(".")
        is_money = whole.isascii() and whole.isdecimal() and (not dot or rest.isdecimal())
        if not is_money or len(rest) > 2:  # noqa: PLR2004 - a yuan has a hundred fen
            raise ValueError(_("请输入金额，最多两位小数"))
        self.data = int(whole) * 100 + int((rest + "00")[:2])
        if not self._least <= self.data <= MOST_FEN:
            raise ValueError(_("金额超出范围"))


class MomentField(DateTimeLocalField):  # type: ignore[misc]  # as above
    """A wall time in the shop's zone, held as an instant (UTC)."""

    def __init__(self, label: str = "", *given: Any, **more: Any) -> None:
        super().__init__(label, *given, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **more)

    def process_data(self, value: datetime | None) -> None:
        self.data = words.local(value).replace(tzinfo=None) if value else None

    @property
    def instant(self) -> datetime | None:
        if self.data is None:
            return None
        return self.data.replace(tzinfo=ZoneInfo(door.shop().zone)).astimezone(UTC)


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """What a field offers, from (value, words)."""
    return [SelectChoice(value=value, label=words) for value, words in pairs]


class Needed:
    """The field may not be empty; 0 is not empty."""

    field_flags = {"required": True}  # noqa: RUF012 - the library reads it from the class

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            if field.errors:
                raise StopValidation
            raise StopValidation(_("必填"))
