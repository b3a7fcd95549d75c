"""What no column of ours can hold, and the names of every field and question of a page."""

import inspect
import re
import sys
from functools import cache
from urllib.parse import quote

from app.admin.forms import Form

_ASKED = re.compile(r"request\.(?:args|form|values)\.get(?:list)?\(\s*[\"'](\w+)[\"']")
NUL = "a\0b"
TOO_LARGE = str(2**63)
# Before and after every year that a calendar of ours can count in.
YEARS = ("0001-01-01", "9999-12-31", "9999-12-31T23:59")
VALUES = (NUL, TOO_LARGE, *YEARS)


def names_on(view):
    """The fields of every form in the view's module, and what the module asks for by name."""
    return _names_in(sys.modules[inspect.unwrap(view).__module__])


@cache
def _names_in(module):
    forms = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Form) and each is not Form
    ]
    fields = {name for form in forms for name in dir(form) if _is_field(form, name)}
    return sorted(fields | set(_ASKED.findall(inspect.getsource(module))) - {"cursor"})


def _is_field(form, name):
    return hasattr(getattr(form, name, None), "field_class")


def paths_with_nonsense(page, things):
    """The page's address with each of its words replaced; numbers that are too large, and NUL."""
    path = page.rule.partition("<merchant>")[2]
    for word in sorted(page.arguments):
        whole = path
        for other in page.arguments:
            start = whole.index(f"{other}>")
            begin = whole.rindex("<", 0, start)
            is_whole = whole[begin:start].startswith("<int")
            own = TOO_LARGE if is_whole else quote(NUL)
            said = own if other == word else str(things.get(page.thing(other), 1))
            whole = f"{whole[:begin]}{said}{whole[start + len(other) + 1 :]}"
        yield whole
