"""``documenttranscription``: the text of forms and receipts, and where it stands."""

from scale_mock.tasktypes.documenttranscription.misfits import misfits
from scale_mock.tasktypes.documenttranscription.pages import document_pages
from scale_mock.tasktypes.documenttranscription.rules import check_rules
from scale_mock.tasktypes.documenttranscription.synthesis import respond
from scale_mock.tasktypes.entry import Behaviour

BEHAVIOUR = Behaviour(respond=respond, rules=check_rules, misfits=misfits, pages=document_pages)
