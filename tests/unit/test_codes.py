from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.vouchers import (
    CodeOutdated,
    CodeUnknown,
    check_code,
    handle_of,
    read_code,
    show_code,
)

AT = datetime(2026, 5, 15, 12, 0, 7, tzinfo=UTC)
WHO = {"merchant_id": 7, "voucher_id": 1234, "holder_version": 1}


def check(text, *, at, **changes):
    who = {"merchant_id": 7, "holder_version": 1} | changes
    check_code(read_code(text), at=at, **who)


@given(st.integers(min_value=1, max_value=10**11 - 1))
def test_a_handle_leads_back_to_its_voucher(voucher_id):
    handle = handle_of(voucher_id)

    assert len(handle) == 11
    assert read_code(handle + "0" * 7).voucher_id == voucher_id


def test_neighbours_have_handles_that_look_unrelated():
    handles = [int(handle_of(voucher_id)) for voucher_id in range(1, 200)]

    assert len(set(handles)) == len(handles)
    assert min(abs(a - b) for a, b in pairwise(handles)) > 1000


def test_digits_and_qr_of_this_moment_are_accepted():
    shown = show_code(**WHO, at=AT)

    assert len(shown.digits) == 18
    assert shown.valid_until == datetime(2026, 5, 15, 12, 0, 30, tzinfo=UTC)
    for text in (shown.digits, shown.qr_text, f"{shown.digits[:6]} {shown.digits[6:]}"):
        check(text, at=AT)
        check(text, at=shown.valid_until)
        check(text, at=shown.valid_until + timedelta(seconds=29))


def test_a_code_is_outdated_after_one_more_step_and_unknown_after_ten_minutes():
    shown = show_code(**WHO, at=AT)

    with pytest.raises(CodeOutdated):
        check(shown.qr_text, at=shown.valid_until + timedelta(seconds=30))
    with pytest.raises(CodeUnknown):
        check(shown.qr_text, at=AT + timedelta(minutes=11))


@pytest.mark.parametrize(
    "change", [{"holder_version": 2}, {"merchant_id": 8}], ids=["holder", "merchant"]
)
def test_a_code_of_another_holder_or_merchant_is_unknown(change):
    with pytest.raises(CodeUnknown):
        check(show_code(**WHO, at=AT).qr_text, at=AT, **change)


@pytest.mark.parametrize(
    "text",
    ["", "KB1", "1" * 17, "1" * 19, "KB1" + "1" * 11 + "a" * 24, "１" * 18, "KB2" + "1" * 35],
)
def test_what_is_no_code_is_unknown(text):
    with pytest.raises(CodeUnknown):
        read_code(text)
