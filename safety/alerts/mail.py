"""The mail: the same bytes at every attempt, and nothing in it that an outsider may not read."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings
from django.urls import reverse

from safety.alerts.kinds import KINDS
from safety.alerts.models import Alert, Delivery
from trial import protocol

BODY = """{sentence}

Sign in to read it and to acknowledge it:
{link}

Reference {code}, {raised}{again}.

This message says no more on purpose. It was sent by a program: nobody reads an answer to it.
"""


def link(alert: Alert) -> str:
    """The alert's page in the product."""
    return settings.PUBLIC_ADDRESS + reverse("alert", args=[alert.code])


def message(delivery: Delivery) -> EmailMessage:
    """The mail of one delivery.

    Its id and its date are the delivery's own, so that a server, or a mail program, that meets it
    twice sees one message.
    """
    alert = delivery.alert
    made = EmailMessage(policy=SMTP)
    made["Message-ID"] = delivery.message_id
    made["Date"] = format_datetime(delivery.told_at)
    made["From"] = settings.MAIL_FROM
    made["To"] = delivery.recipient.email
    made["Subject"] = f"{_band()}{protocol.current().code}: {KINDS[alert.kind].mail}"
    # RFC 3834: nothing out of office answers it.
    made["Auto-Submitted"] = "auto-generated"
    again = f"; sent again because nobody has acknowledged it, step {delivery.step}"
    made.set_content(
        BODY.format(
            sentence=KINDS[alert.kind].mail,
            link=link(alert),
            code=alert.code,
            raised=f"raised {alert.raised_at:%-d %b %Y %H:%M} UTC",
            again=again if delivery.step else "",
        ),
        cte="7bit",
    )
    return made


def _band() -> str:
    kind = settings.HERMES_ENVIRONMENT
    return "" if kind == "production" else f"[{kind}] "
