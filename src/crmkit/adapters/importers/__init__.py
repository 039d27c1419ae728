"""Reading a shop's files: order logs and survey answers, row by row, nothing lost.

Every row of a file becomes part of an interaction or a ``RowProblem``; of a file that
cannot be read at all, one ``UnreadableLogError`` says what to do. A file is read twice: once
to see all of it, then to hand out its interactions while it is read, so that memory holds
the open orders and not the file.
"""

from crmkit.adapters.importers.orders import OrderLog, read_orders
from crmkit.adapters.importers.presets import PRESETS, Preset
from crmkit.adapters.importers.questionnaires import QuestionnaireLog, read_questionnaires
from crmkit.adapters.importers.refused_log import RefusedLog, read_refused
from crmkit.adapters.importers.surveys import SurveyLog, read_surveys

__all__ = [
    "PRESETS",
    "OrderLog",
    "Preset",
    "QuestionnaireLog",
    "RefusedLog",
    "SurveyLog",
    "read_orders",
    "read_questionnaires",
    "read_refused",
    "read_surveys",
]
