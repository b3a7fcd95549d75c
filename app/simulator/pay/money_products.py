"""What moves money besides orders and refunds, for the list of products."""

from app.simulator.pay.combine import combine
from app.simulator.pay.echo import echo
from app.simulator.pay.partner_orders import partner_orders
from app.simulator.pay.sharing.bill import sharing_bill
from app.simulator.pay.sharing.receivers import receivers
from app.simulator.pay.sharing.requests import sharing
from app.simulator.pay.sharing.returns import returns
from app.simulator.pay.transfers.authorizations import authorizations, authorized_transfers
from app.simulator.pay.transfers.bills import transfers

money_products = (
    *(partner_orders, combine, receivers, sharing, returns, sharing_bill),
    *(transfers, authorizations, authorized_transfers, echo),
)
