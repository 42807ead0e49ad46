"""What a project's archetypes ask contributors for. The names are Scale's documented ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Asked:
    """What contributors do.

    Attributes:
        compares: Replies of several models, ranked.
        rewrites: The preferred reply, rewritten.
        rubrics: Criteria, and every reply held against them.
        steps: The reply in steps, each judged.
        sandbox: The code of the reply, run in a workspace.
        spans: Passages of the reply, labeled, with evidence in files.
        verdict: A verdict on the reply.
        prompt: The prompt itself, judged.
    """

    compares: bool = False
    rewrites: bool = False
    rubrics: bool = False
    steps: bool = False
    sandbox: bool = False
    spans: bool = False
    verdict: bool = False
    prompt: bool = False


ARCHETYPES = {
    "SFT": Asked(rewrites=True),
    "RLHF: Pref Ranking": Asked(compares=True),
    "RLHF: Pref Ranking with Rewrites": Asked(compares=True, rewrites=True),
    "RLVR: Reinforcement Learning with Verifiable Rewards": Asked(sandbox=True),
    "Rubrics": Asked(rubrics=True, compares=True),
    "Process Supervision": Asked(steps=True),
    "Evals": Asked(compares=True, verdict=True),
    "Prompt Generation": Asked(prompt=True),
    "Content Understanding": Asked(spans=True),
    "Other": Asked(),
}


def misspelt(archetypes: Iterable[str]) -> tuple[str, str] | None:
    """A name that is nearly a documented one, and that one; others are a customer's own."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in ARCHETYPES}
    for name in archetypes:
        near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.8)
        if near and name not in ARCHETYPES:
            return name, folded[near[0]]
    return None


def asked_for(archetypes: Iterable[str]) -> Asked:
    """What all of a project's archetypes ask for together; an unknown one asks for marks only."""
    known = [ARCHETYPES[name] for name in archetypes if name in ARCHETYPES]
    listed = list(archetypes)
    if not listed:
        return ARCHETYPES["SFT"]
    return Asked(**{one.name: any(getattr(a, one.name) for a in known) for one in fields(Asked)})
