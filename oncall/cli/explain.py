"""What happens when somebody calls, in sentences: who is next, how fast, what if nobody can, and who owns the runbook.

It is told by walking the escalation engine, so it cannot say anything else than what would happen.

\b
  oncall explain northwind-hvac                       somebody calls now
  oncall explain northwind-hvac --at "tomorrow 03:00"
  oncall explain northwind-hvac --format markdown >> runbooks/northwind-hvac.md

The status is 0 whatever would happen.
"""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Annotated, Literal

import typer

from oncall.answers import account_answer
from oncall.cli import complete
from oncall.cli.account import account_named
from oncall.cli.session import Session, instants, now, on_terminal, print_json, reader_zone, warn, warn_elsewhere
from oncall.errors import OncallError, Problem
from oncall.explain import Explanation, RunbookReview, explanation, runbook_review
from oncall.output.explain_text import PIPE_WIDTH, explain_document, explain_lines, explain_markdown, told
from oncall.plan import Plan
from oncall.workspace.files import Files
from oncall.workspace.opening import Plans
from oncall.workspace.runbooks import read_runbook

Format = Literal["rich", "plain", "markdown", "json"]


def explain(
    context: typer.Context,
    account: Annotated[str, typer.Argument(autocompletion=complete.accounts)],
    at: Annotated[str | None, typer.Option(metavar="WHEN", help="When somebody calls, instead of now.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Read and show times in this zone.")] = None,
    format: Annotated[Format | None, typer.Option(help="Default: rich on a terminal, plain elsewhere.")] = None,
) -> None:
    session: Session = context.obj
    plans = session.plans()
    plan = plans.at(now())
    zone = reader_zone(timezone, plan.timezone)
    (start,) = instants([at] if at is not None else [], zone)
    plan = plans.at(start)
    name = account_named(plan, account)
    problems = list(account_answer(plan, name, start).problems)
    try:
        found, plan = plans.ask(start, lambda asked: (explanation(asked, name, start), asked))
        review = _review(plans, plan, name, start)
    except OncallError:
        warn(problems)
        raise
    problems += review.problems if review else ()
    warn(problems)
    warn_elsewhere(plan.problems, problems)
    _show(found, review, zone, problems, format or ("rich" if on_terminal() else "plain"))


def _review(plans: Plans, plan: Plan, account: str, at: int) -> RunbookReview | None:
    path = plan.accounts[account].runbook
    if path is None:
        return None
    runbook = read_runbook(Files(plans.root), path)
    needed = runbook.reviewed is not None and runbook.review_every is None
    every = plans.workspace.settings.runbook_review_every if needed else 0
    return runbook_review(plan, runbook, at, every)


def _show(
    found: Explanation, review: RunbookReview | None, zone: tzinfo, problems: Sequence[Problem], how: str
) -> None:
    words = told(found, review, zone)
    if how == "json":
        print_json(explain_document(found, review, words, zone, problems))
    elif how == "markdown":
        print(explain_markdown(words))
    else:
        from oncall.output import terminal  # here: neither a script nor a runbook needs a terminal

        console = terminal.console()
        lines = explain_lines(words, console.width if how == "rich" or on_terminal() else PIPE_WIDTH)
        if how == "plain":
            print("\n".join("".join(text for text, _ in line).rstrip() for line in lines))
            return
        for line in lines:
            console.print(terminal.styled(line), soft_wrap=True)
