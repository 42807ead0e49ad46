"""The end of the demo in words: both sides' totals, the verdict, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from scale_mock.cli.agreement import Line
    from scale_mock.cli.watch import Watch

IN_A_TEST = """\
    from scaleapi.tasks import TaskType

    def test_labels_arrive(scale_client, scale_callbacks):
        task = scale_client.create_task(
            TaskType.Categorization, attachment_type="text", attachment="car",
            categories=["big", "small"], callback_url=scale_callbacks.url)
        scale_callbacks.assert_received(task=task, status="completed")"""
ELSEWHERE = "    scale-mock serve"


def summarize(console: Console, lines: list[Line], watch: Watch) -> None:
    """Prints both sides' totals, whether they agree, and what to do next."""
    sent = sum(state.sent for state in watch.groups)
    console.print(Text(f"{sent} tasks in three days, as the platform and the receiver's log say:"))
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column("")
    table.add_column("platform says", justify="right")
    table.add_column("receiver saw", justify="right")
    table.add_column("")
    for line in lines:
        verdict = Text("same", "green") if line.agrees else Text("DIFFERENT", "bold red")
        table.add_row(line.what, str(line.platform), str(line.receiver), verdict)
    console.print(table)
    _print_verdict(console, lines)
    console.print(Text("\nNow your own code. In a test, with the fixtures for pytest:", "bold"))
    console.print(Text(IN_A_TEST, "cyan"))
    console.print(Text("From another process, in any language:", "bold"))
    console.print(Text(ELSEWHERE, "cyan"))


def _print_verdict(console: Console, lines: list[Line]) -> None:
    wrong = [line.what.strip() for line in lines if not line.agrees]
    if wrong:
        text = f"\nPlatform and receiver do not agree about: {', '.join(wrong)}."
        console.print(Text(text, "bold red"))
        return
    console.print(Text("\nBoth agree: not one callback was lost.", "bold green"))
