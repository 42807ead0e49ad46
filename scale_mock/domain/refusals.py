"""Every text with which the platform refuses, in one table, each with where it comes from.

Grades: ``recorded`` (seen on the wire or quoted verbatim by Scale's documentation), ``documented``
(the status is documented, the words are ours), ``ours`` (neither was found; see the README's
"Differences from Scale").
"""

from __future__ import annotations

from typing import NamedTuple

from scale_mock.errors import ScaleMockError


class Refusal(ScaleMockError):
    """The platform refuses a call.

    Args:
        status: The HTTP status.
        text: What the client reads in ``error``.
        path: JSON path of what was wrong in the body, for the journal; empty where none applies.
    """

    def __init__(self, status: int, text: str, *, path: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.path = path


def invalid(reason: str, *, path: str = "") -> Refusal:
    """A 400 in the wording of the platform's validator.

    ``reason`` follows Joi's templates (``"attachments" is required``), as recorded for text
    collection (README of the official Python SDK).
    """
    return Refusal(400, f"Parameter is invalid, reason: {reason}", path=path)


class RefusalText(NamedTuple):
    """One line of the table: status, words with ``{placeholders}``, and grade."""

    status: int
    text: str
    grade: str

    def __call__(self, **details: object) -> Refusal:
        """The refusal with its placeholders filled in."""
        return Refusal(self.status, self.text.format(**details))


def _recorded(status: int, text: str) -> RefusalText:
    return RefusalText(status, text, "recorded")


def _documented(status: int, text: str) -> RefusalText:
    return RefusalText(status, text, "documented")


def _ours(status: int, text: str) -> RefusalText:
    return RefusalText(status, text, "ours")


UNAUTHORIZED = _recorded(401, "Your API key does not correspond to a registered user.")
TASK_NOT_FOUND = _recorded(404, "Task with that ID not found.")
TASK_COMPLETED = _recorded(400, "The task was already completed and cannot be canceled.")
UNIQUE_ID_TAKEN = _recorded(
    409, 'The unique_id ("{unique_id}") is already used for a different task ({task_id}).'
)
NO_ATTACHMENT = _recorded(400, "Please include an attachment or attachments parameter.")

TASK_STARTED = _documented(400, "The task has already been started and cannot be canceled.")
TASK_ERRORED = _documented(400, "The task ended in an error and cannot be canceled.")
IDEMPOTENCY_KEY_USED = _documented(
    409, 'The idempotency key ("{key}") is already used for a different task ({task_id}).'
)
PROJECT_EXISTS = _documented(409, 'Project with name "{name}" already exists.')
BATCH_EXISTS = _documented(409, 'Batch with name "{name}" already exists.')
REFERENCE_ID_TAKEN = _documented(
    409, 'The reference_id ("{reference_id}") is already used for a different file ({file_id}).'
)
ALREADY_FINALIZED = _documented(400, 'Batch "{name}" has already been finalized.')
BATCH_FINALIZED = _documented(
    400, 'Batch "{name}" has already been finalized. No tasks may be added to it.'
)
BATCH_REQUIRED = _documented(
    400, 'Project "{project}" is a Rapid project: its tasks need a batch. Please include a batch.'
)
WRONG_MODE = _documented(
    400,
    'The {kind} "{name}" lives in {there} mode, and this call was made with a {here} key. '
    "Projects, batches and tasks of the two modes never mix.",
)
READ_WRONG_MODE = _ours(
    404, 'The {kind} "{name}" lives in {there} mode; a {here} key cannot see it.'
)
NOT_ASSIGNED = _documented(
    400, 'These teammates are not assigned to project "{project}": {emails}.'
)
PRIORITIES_INCOMPLETE = _documented(
    400, "All pending batches must be listed exactly once. {problem}"
)
ADMIN_ROLE = _documented(400, "The role of an admin cannot be changed: {emails}.")
QUALITY_NOT_RAPID = _documented(
    400, 'Project "{project}" is not a Rapid project: {kind} tasks exist in Rapid projects only.'
)
GATE_CALIBRATION = _documented(
    400,
    'A production batch of the Rapid project "{project}" needs a calibration batch that has been '
    "finalized. {found} with POST /v1/batches/NAME/finalize (client.finalize_batch). The mock's "
    "setting rapid_gate says how much is needed.",
)
TEMPLATE_UNSUPPORTED = _documented(
    400,
    'Project "{project}" is of type {type}: task templates exist for textcollection and chat '
    "projects only.",
)

ROUTE_NOT_FOUND = _ours(404, "Not Found: there is no route {method} {path}. Nearest: {nearest}.")
ROOT_NOT_FOUND = _ours(
    404,
    "Not Found: there is nothing at {path} itself. This is scale_mock: Scale's API is below /v1 "
    "and /v2, the mock's own below /_mock, for example GET /_mock/health.",
)
METHOD_NOT_FOUND = _ours(404, "Not Found: {path} does not take {method}. It takes: {methods}.")
NO_AUTHORITY = _ours(
    404,
    "There is no certificate authority here: only an https server has one, and over plain http "
    "nothing has to be trusted. To speak https, start it with scale-mock serve --https (in Python "
    "ScaleMock(https=True)) and ask GET {path} there, or read mock.ca_file.",
)
BODY_MALFORMED = _ours(400, "Invalid JSON: {problem}")
BODY_NOT_OBJECT = _ours(400, "Invalid body: expected a JSON {wanted}, got {found}.")
BODY_MISSING = _ours(
    400, "Invalid body: expected a JSON {wanted}, but nothing was sent with the request."
)
BODY_WRAPPED = _ours(
    400,
    "Invalid body: expected one object or an array of them, got an object around an array. "
    'Send what "{key}" holds.',
)
UNKNOWN_KEY = _ours(400, 'Unknown key "{key}"{meant} Keys: {known}.')
UNKNOWN_PARAMETER = _ours(400, 'Unknown query parameter "{key}"{meant} Parameters: {known}.')
BODY_TOO_BIG = _ours(
    413, "The body has more than {limit} bytes (setting body_bytes_max of the mock)."
)
REAL_KEY = _ours(
    401,
    "This key looks like a real one of Scale's. The mock takes no real keys, so that none ends up "
    "in a log: use live_NAME or test_NAME with a name of your own.",
)
CONTROL_KEY = _ours(
    401,
    "The control API finds its world by the API key, and this request has {found}. A key is "
    "live_NAME or test_NAME, sent with Basic (the key as user, no password: curl -u live_NAME:) or "
    "as Authorization: Bearer live_NAME.",
)
WORLDS_FULL = _ours(
    503,
    "The mock has {limit} worlds already (setting worlds_max, --worlds-max of the server): delete "
    "one with DELETE /_mock/worlds/NAME, or use a key of an existing one.",
)
WORLD_EXISTS = _ours(
    409,
    'The mock has a world "{name}" already: delete it with DELETE /_mock/worlds/{name}, or take '
    "another name.",
)
NO_SUCH_CALL = _ours(404, 'There is no call "{name}"{meant} Calls: {known}.')
PROJECT_NOT_FOUND = _ours(404, "Project with that name not found.")
BATCH_NOT_FOUND = _ours(404, "Batch with that name not found.")
FILE_TOO_BIG = _ours(400, "The file has more than {limit} bytes, the most that can be uploaded.")
FILES_FULL = _ours(
    400, "The uploaded files have more than {limit} bytes (setting files_bytes_max of the mock)."
)
GROUP_NOT_FOUND = _ours(404, 'Project "{project}" has no group "{name}". Its groups: {groups}.')
GROUP_EXISTS = _ours(409, 'Project "{project}" already has a group "{name}".')
UNKNOWN_TEAMMATE = _ours(400, "No teammate has this e-mail: {emails}.")
NOT_INVITED = _ours(400, "No invitation of these teammates waits to be accepted: {emails}.")
INVITATION_EXPIRED = _ours(
    400, "These invitations have expired: {emails}. Invite them again with POST /teams/invite."
)
NOT_LIVE = _ours(
    400,
    "Test mode has no workforce: its tasks are answered at once. Use a live key for {what}.",
)
NOT_CONSENSUS = _ours(
    400,
    'Project "{project}" is not a consensus project: one labeler attempts each task. Create it '
    'with pipeline "consensus_task" to have several.',
)
TYPE_MISMATCH = _ours(
    400, 'Project "{project}" is of type {wanted}; a task of type {found} cannot join it.'
)
PROJECT_MISMATCH = _ours(400, 'Batch "{batch}" belongs to project "{wanted}", not to "{found}".')
NOT_AUDITABLE = _ours(400, "Only a completed task can be audited; this one is {status}.")
NOT_PENDING = _ours(400, "Cannot {verb} this task: it is {status}, not pending.")
NOT_REDOABLE = _ours(400, "Only a completed task can be sent back; this one is {status}.")
NO_CALLBACK = _ours(
    400, "Only a completed or errored task with a callback_url can send its callback again."
)
VERSION_NOT_FOUND = _ours(400, 'Project "{project}" has no version {version}. Versions: {known}.')
UNKNOWN_FIELD = _ours(
    400,
    'Parameter is invalid, reason: "{field}" is not allowed (the mock was started with '
    "strict_fields). Known: {known}",
)
BATCH_KINDS = _ours(
    400, "A batch is a calibration batch or a self-label batch, not both. Both were set."
)
RAPID_ONLY = _ours(
    400, '"{field}" needs a Rapid project; project "{project}" is an {line} project.'
)
PROJECT_LINES = _ours(400, 'A project is "rapid" or "studio", not both. Both were set.')
STUDIO_ONLY = _ours(400, '"{field}" needs a Studio project (studio: true).')
NOT_STUDIO = _ours(400, 'Project "{project}" is not a Studio project.')
NOT_STUDIO_BATCH = _ours(400, 'Batch "{batch}" does not belong to a Studio project.')
UNKNOWN_RECEIVER = _ours(
    401, "No world of this server sends callbacks with this scale-callback-auth header."
)
RESULT_NOT_FOUND = _ours(
    404, "There is no such result file; files end with their world, and with its reset."
)
WORLD_NOT_FOUND = _ours(404, 'There is no world "{name}". Worlds: {known}.')
RULE_NOT_FOUND = _ours(404, 'There is no rule "{id}". Rules: {known}.')
FAULT_NOT_FOUND = _ours(404, 'There is no fault "{id}". Faults: {known}.')
CALLBACK_NOT_FOUND = _ours(404, 'There is no callback "{id}": GET /_mock/callbacks lists them.')
BAD_TOKEN = _ours(400, 'Parameter is invalid, reason: "next_token" is not one that was given out')
QUALITY_TYPE = _ours(
    400, "{kind} tasks of type {type} are not supported. Supported types: {types}."
)
DUPLICATE_CHOICE = _ours(
    400, 'Parameter is invalid, reason: "ontology" contains the duplicate choice "{choice}"'
)
BAD_CURSOR = _ours(400, 'Parameter is invalid, reason: "cursor" is not one that was given out')
FIX_NEEDS_RESPONSE = _ours(
    400, "A fix comes with the corrected response, other results without one; got {result}."
)
CALIBRATION_NOT_RAPID = _ours(
    400, 'Project "{project}" is not a Rapid project: calibration exists in Rapid projects only.'
)
GATE_FULL = _ours(
    400,
    'Batch "{name}" cannot be finalized yet (setting rapid_gate="full" of the mock). Its project '
    "is missing: {missing}.",
)
RESPONSE_INVALID = _ours(
    400,
    "The response does not fit a task of type {type}: {problems}. Correct it, or pass validate = "
    "false to complete the task with it all the same.",
)
QUALITY_NOT_FOUND = _ours(404, "No quality task has this ID: {ids}.")
AUDIT_NOT_FOUND = _ours(404, "Audit with that ID not found.")
LIMIT_REACHED = _ours(
    400, "The mock keeps at most {limit} {things} (setting {setting}): reset the world or raise it."
)
SOURCE_TYPE = _ours(
    400,
    'Parameter is invalid, reason: "lidar_task" must be the id of a {wanted} task; task {task_id} '
    "is of type {found}.",
)
SOURCE_NOT_COMPLETED = _ours(
    400,
    'Parameter is invalid, reason: "lidar_task" must be the id of a completed task; task {task_id} '
    "is {status}. Wait until it is completed.",
)
SOURCE_FRAME = _ours(
    400,
    'Parameter is invalid, reason: "lidar_task_frames[{index}]" must be less than or equal to '
    "{last}; task {task_id} has {count} frames, counted from 0.",
)
STUCK_POLL = _ours(
    400,
    "{what} was read {count} times {clock}, unchanged: nothing will change by reading. {waits}. To "
    "move it: {move}. {switches} (setting stuck_polls_max of the mock).",
)
NOT_COMPLETED = _ours(404, "This task has no response: it is {status}.")

BATCH_CLOSED = _documented(400, 'Batch "{name}" is {status}. No tasks may be added to it.')
ILLEGAL_MOVE = _documented(
    400, "Batch must be {wanted} to be {done}, current status: {status} (batch {name})"
)
IDENTIFIER_MISSING = _documented(400, "{names} is required")
NOTHING_FOUND = _documented(404, '{kind} not found: there is none with {field} "{value}". {known}')
NOT_AN_ID = _documented(400, '{field} is not a valid id: expected 24 hex digits, got "{value}".')
NOT_ENABLED = _documented(
    402,
    "This endpoint is not enabled for your account: {operation} (setting v2_not_enabled of the "
    "mock).",
)
ATTACHMENT_NOT_FOUND = _documented(
    404, 'Attachment not found: task {task_id} has no file "{attachment}". Its files: {files}.'
)
TASK_WITHOUT_PROJECT = _ours(
    404,
    "Task {task_id} belongs to no project, and v2 shows the tasks of projects only: read it with "
    "v1.",
)
DELIVERY_EXISTS = _ours(409, '{owner} "{of}" already has a delivery "{name}".')
NOT_DELIVERABLE = _ours(
    400, 'Only completed tasks of project "{project}" can be delivered to it; task {task_id} {why}.'
)
NOTHING_TO_DELIVER = _ours(
    400, 'Project "{project}" has no completed task that was not delivered yet.'
)
NOT_REPORTABLE = _ours(
    400, "Only a pending or completed chat task can be reported; this one is {what}."
)
STEERING_WRONG = _ours(
    400,
    "The task's metadata.scale_mock, which tells the mock what is to become of it, is wrong: "
    "{problem}",
)
ALREADY_DELETED = _ours(400, "This task is deleted already.")
CHAT_RESPONSE = _ours(
    400, "This response is not one that v2 could show: {problem}. GET /v2/task shows the shape."
)
