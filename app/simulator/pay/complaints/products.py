"""The blueprints of complaints."""

from app.simulator.pay.complaints.answering import complaint_answering
from app.simulator.pay.complaints.notify_url import complaint_notify_url
from app.simulator.pay.complaints.reading import complaint_reading

complaint_products = (complaint_reading, complaint_answering, complaint_notify_url)
