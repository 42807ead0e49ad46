"""Owns the requests of Scale's newer Node client, which is not on npm, in its wire forms."""

from __future__ import annotations

from typing import Any

FRAMES = [f"https://img.test/{number}.jpg" for number in range(3)]
VIDEO = {"attachments": FRAMES, "attachment_type": "image",
         "geometries": {"box": {"objects_to_annotate": ["bike"]}}}  # fmt: skip
PLAYBACK = {**VIDEO, "attachment": "https://img.test/a.mp4", "attachment_type": "video"}
CALLS: list[list[Any]] = [
    ["POST", "/projects", {"name": "rides", "type": "imageannotation", "params": {}}],
    ["POST", "/projects", {"name": "crewed", "type": "imageannotation", "studio": True}],
    ["GET", "/projects"],
    ["GET", "/projects/rides"],
    ["POST", "/projects/rides/setParams", {"instruction": "Box them."}],
    ["POST", "/projects/rides/setOntology", {"ontology": ["bike"]}],
    ["POST", "/batches", {"name": "a week", "project": "rides"}],
    ["GET", "/batches?project=rides"],
    ["GET", "/batches/a week"],
    ["GET", "/batches/a week/status"],
    ["POST", "/task/imageannotation", {
        "attachment": FRAMES[0], "project": "rides", "batch": "a week", "unique_id": "u1",
        "geometries": VIDEO["geometries"]}],
    ["GET", "tasks?batch=a week"],
    ["POST", "/task/videoannotation", VIDEO],
    ["POST", "/task/videoplaybackannotation", PLAYBACK],
    ["GET", "/teams"],
    ["POST", "/teams/invite", {"emails": ["ann@app.test"], "team_role": "labeler"}],
    ["POST", "/teams/set_role", {"emails": ["ann@app.test"], "team_role": "manager"}],
    ["GET", "/studio/assignments"],
    ["POST", "/studio/assignments/add", {"emails": ["ann@app.test"], "projects": ["crewed"]}],
    ["POST", "/studio/projects/crewed/groups", {"emails": ["ann@app.test"], "name": "crew"}],
    ["GET", "/studio/projects/crewed/groups"],
    ["GET", "/studio/batches"],
    ["POST", "/batches", {"name": "studio week", "project": "crewed"}],
    ["POST", "/batches/studio week/finalize", {}],
    ["POST", "/studio/batches/set_priorities", {"groups": [{"name": "studio week"}]}],
]  # fmt: skip
"""Method, path and body: batches, projects, tasks, studio, teams and video."""
