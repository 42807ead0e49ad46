"""Owns the list of what the parts of a world hold: written into a snapshot, or made anew.

Records, tasks, sides and the core are not listed: they are written attribute by attribute, whatever
they hold. Nor is what cannot change: rules, faults, conditions, settings, task types.
"""

from __future__ import annotations

ONLY_OTHERS = (
    "domain.agenda.Agenda", "domain.answers.Answers", "domain.audits.Audits",
    "domain.batch_moves.BatchMoves",
    "domain.batches.Batches", "domain.chats.Chats", "domain.datasets.Datasets",
    "domain.deliveries.Deliveries", "domain.files.Files", "domain.followups.Followups",
    "domain.lifecycle.Lifecycle", "domain.projects.Projects", "domain.quality.Quality",
    "domain.studio.Studio", "domain.tasks.Tasks", "domain.team.Team",
    "domain.teamwork.Teamwork", "labeling.staffing.Staffing", "world.script.Script",
    "world.meddling.CallbackFaults",
)  # fmt: skip
"""Parts that hold other parts and functions, and nothing that happened."""

CONSTANT = (
    "config.settings.Settings", "faults.fault.Fault", "labeling.people.People",
    "mock.sleep.outer.ProcessTime", "rules.", "selectors.", "tasktypes.",
    "world.requests.RequestRecord",
)  # fmt: skip
"""Parts, or rooms of parts, that never change: a snapshot holds what they are made of."""

WRITTEN: dict[str, set[str]] = {
    "callbacks.desk.CallbackDesk": {
        "_counts", "_held", "acknowledged", "acknowledged_ever", "attempts", "by_id", "inbox",
    },
    "domain.journal.Journal": {"_chain", "_entries", "_hashed_to", "_instant", "_open", "_seq"},
    "faults.book.FaultBook": {"_shelf", "memory"},
    "faults.entry.Entry": {
        "examined", "fault", "fired", "id", "matched", "missed", "nearest", "nearest_count",
        "occurrences", "taken_by",
    },
    "rules.book.RuleBook": {"_shelf"},
    "rules.entry.Entry": {
        "counted", "examined", "fired", "id", "matched", "missed", "nearest", "nearest_count",
        "queue", "rule", "source", "taken_by",
    },
    "selectors.delays.Queue": {"count", "newest"},
    "selectors.shelf.Shelf": {"entries", "number"},
    "sim.clock.VirtualClock": {"_now", "start_at"},
    "sim.scheduler.Event": {"background", "data", "due", "kind", "priority", "seq", "subject"},
    "sim.scheduler.Scheduler": {"_heap", "_seq", "clock", "ran"},
    "world.script.Receivers": {"by_url"},
    "world.world.World": {
        "clock_mode", "core", "desk", "faults", "file_fault_ids", "rate", "receiver", "receivers",
        "rules", "scheduler", "settings", "start_at",
    },
}  # fmt: skip
"""What a snapshot holds."""

ANEW: dict[str, set[str]] = {
    # The outbox is empty whenever a snapshot is taken.
    "callbacks.desk.CallbackDesk": {
        "_auth", "_core", "_guard", "_outbox", "_ticket", "meddler", "on_attempt", "targets",
    },
    "callbacks.targets.Targets": {
        "_date", "_hosts", "_loops", "_mounts", "_own", "_sender", "_timeout_s", "_warned",
    },
    "domain.core.Core": {
        "callbacks", "crowd", "door", "journal", "planner", "responders", "scheduler", "settings",
        "sides", "task_types", "workforce",
    },
    "domain.journal.Journal": {"_clock", "_entries_max"},
    "domain.postings.Posting": {"_count", "by_chunk"},
    "domain.side.Side": {
        "batches", "files_by_reference", "mode", "projects", "task_index", "tasks",
    },
    "domain.task_index.TaskIndex": {
        "_chats", "_completed", "_postings", "_unique_ids", "_updated", "tasks",
    },
    "domain.timeline.Timeline": {"_first", "_instant_of", "_last", "_members", "_sizes"},
    "domain.worklist.Worklist": {"_core", "_floor", "_lines", "_order"},
    "faults.book.FaultBook": {"_faults_max", "on_callbacks", "on_requests"},
    "labeling.crowd.Crowds": {"_core", "_people", "_threshold"},
    "labeling.planner.Planner": {"_now", "_rules", "_seed", "_start", "check_steering"},
    "labeling.workforce.Workforce": {"_assigned", "_core", "_teamwork"},
    "rules.book.RuleBook": {"_rules_max"},
    "selectors.shelf.Shelf": {"_by_word", "_kind", "_unique"},
    "sim.clock.VirtualClock": {"moved"},
    # What is pending is live; what is not, nobody refers to.
    "sim.scheduler.Event": {"is_live"},
    "sim.scheduler.Scheduler": {
        "_foreground", "_guard", "_handlers", "_schedule_seed", "between",
    },
    "world.appointments.Appointments": {"_core", "_due", "_make"},
    "world.following.Follower": {"_last_told", "_outer", "_world", "is_leading"},
    "world.polls.Polls": {
        "_seen", "asked", "asked_by", "limit", "newest", "repeats", "repeats_by",
    },
    "world.pump.Pump": {
        "_appointments", "_desk", "_events_max", "_follower", "_out", "_owner", "_scheduler",
        "_tickets", "_turn",
    },
    "world.script.Receivers": {"known", "now", "start_at", "targets"},
    "world.tickets.Tickets": {"_changed", "_lock", "_open", "_waiting", "newest"},
    "world.unread.UnreadField": {"field", "meant", "operation", "times", "type"},
    "world.unread.UnreadFields": {"_fields_max", "_found"},
    "world.world.World": {
        # the user's, and the door's
        "_first_faults", "_first_rules", "_first_settings", "_first_start_at", "_mounts",
        "_outer", "_play", "_watchers", "absorbing", "calls_known", "clock_changed", "file_faults",
        "file_rules", "follower", "is_untouched", "lock", "make_appointment", "make_step",
        "may_run", "name", "on_attempt", "perform", "polls", "requests", "tickets",
        "unknown_routes", "unread_fields",
        # kept as it is: nobody was told yet
        "broken",
        # a hint for failing tests: what this world did, not what it holds
        "was_reset",
        # the parts that only work on the others
        "appointments", "audits", "batch_moves", "batches", "chats", "datasets", "deliveries",
        "files", "followups", "lifecycle", "projects", "pump", "quality", "script", "staffing",
        "studio", "tasks", "team", "workforce",
    },
}  # fmt: skip
"""What is made anew from the rest, or belongs to this process."""
