"""A tasting with one seat left: one books it, one waits, and the seat passes on."""

import secrets
from datetime import UTC, datetime, timedelta

from deploy.local.act import Act
from deploy.local.customer import Customer
from deploy.local.telling import eventually, expect, must

TICKET = "会员品鉴会门票"
TITLE = "冬季手冲品鉴会"
BEGINS_IN, LASTS, CHANGES_UNTIL = timedelta(hours=1), timedelta(hours=2), timedelta(minutes=30)


class EveningAct(Act):
    """Plays with two new guests and the clerk at the door."""

    def play(self) -> None:
        """Raises NotSeen at the first step that did not happen."""
        session = self._put_on()
        first, second = self._guest("小林"), self._guest("小秋")
        booked = self._book(*first, session)
        waits = self._wait(*second, session)
        self._pass_on(first[0], booked, second[0], waits)
        self._enter(second[0], waits, session)

    def _put_on(self) -> str:
        store_name, store = next(iter(self._shop["stores"].items()))
        begins = datetime.now(UTC) + BEGINS_IN
        moments = {
            "--starts": begins,
            "--ends": begins + LASTS,
            "--changes-until": begins - CHANGES_UNTIL,
        }
        session = self._house.flask(
            *("sessions", "add", self._shop["evening"], "--title", TITLE),
            *("--seats", "1", "--store", store),
            *(word for name, at in moments.items() for word in (name, at.isoformat())),
        ).strip()
        self._telling.tell(f"{store_name} puts on {TITLE} with one seat: {session}")
        return session

    def _guest(self, name: str) -> tuple[Customer, str]:
        """Somebody with a ticket, and the ticket."""
        guest = self._come(name)
        guest.allow_messages()
        placed = guest.order(offer=self._shop["offers"][TICKET])
        guest.pay(placed["order"])
        return guest, str(guest.wallet()[0]["voucher"])

    def _book(self, guest: Customer, voucher: str, session: str) -> str:
        shown = expect(200, guest.phone.get(f"/vouchers/{voucher}/sessions"))["items"]
        evening = next(each for each in shown if each["session"] == session)
        wish = {"voucher": voucher, "session": session}
        made = expect(201, guest.phone.post("/bookings", wish))
        must(made["state"] == "booked", f"her booking is {made['state']}")
        self._telling.tell(
            f"{guest.name} sees {evening['title']}, {evening['seats_left']} of "
            f"{evening['seats']} seats left, and has it: {made['booking']}"
        )
        return str(made["booking"])

    def _wait(self, guest: Customer, voucher: str, session: str) -> str:
        wish = {"voucher": voucher, "session": session}
        made = expect(201, guest.phone.post("/bookings", wish))
        waits = expect(200, guest.phone.get(f"/bookings/{made['booking']}"))
        must(waits["state"] == "waiting", f"the second booking is {waits['state']}")
        self._telling.add(f"{guest.name} comes too late and waits, place {waits['place']}")
        return str(made["booking"])

    def _pass_on(self, first: Customer, booked: str, second: Customer, waits: str) -> None:
        expect(200, first.phone.post(f"/bookings/{booked}/cancel"))
        usable = first.wallet()
        must(len(usable) == 1, "her ticket is not usable again")
        told = expect(200, second.phone.get(f"/bookings/{waits}"))
        must(told["state"] == "offered", f"the seat went elsewhere: {told['state']}")
        self._telling.tell(f"{first.name} cancels; her ticket is hers again, the seat passes on")
        self._show(second, "候补座位通知")
        sure = expect(200, second.phone.post(f"/bookings/{waits}/confirm"))
        must(sure["state"] == "booked", f"the confirmed booking is {sure['state']}")

    def _enter(self, guest: Customer, booking: str, session: str) -> None:
        code = expect(200, guest.phone.get(f"/bookings/{booking}/code"))
        scan, key = {"code": code["qr_text"]}, secrets.token_hex(12)
        expect(201, self._clerk.post("/counter/redeem", scan, key=key))
        seen = eventually("she is there", lambda: self._is_there(guest, booking))
        at_door = expect(200, self._clerk.get(f"/counter/evenings/{session}/guests"))
        must(at_door["attended"] == 1, f"the clerk's list says {at_door}")
        self._telling.tell(
            f"{guest.name} takes it; at the door one scan, and the clerk's list says "
            f"{at_door['attended']} of {at_door['evening']['seats']} {seen}"
        )

    def _is_there(self, guest: Customer, booking: str) -> str | None:
        state = expect(200, guest.phone.get(f"/bookings/{booking}"))["state"]
        return "attended" if state == "attended" else None
