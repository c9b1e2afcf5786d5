"""One recorded dispatch as a page to hand on: what the caller experienced, what was due and what came, why, what to
change and how to prove it.

LOG is an event log, `.jsonl` or `.jsonl.gz`, or - for standard input. Markdown goes to standard output, or to --output;
--html writes one self-contained page. A file that is there already is not overwritten without --force.

\b
  oncall postmortem log.jsonl --dispatch CA81f2
  oncall postmortem log.jsonl --dispatch CA81f2 --html missed-call.html
  oncall postmortem log.jsonl --dispatch CA81f2 --for client --html for-the-client.html
  oncall postmortem log.jsonl --dispatch CA81f2 --candidate draft-policy --redact --output missed-call.md

The status is 1 unless the dispatch was reached, answered or recovered.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from msgspec.structs import replace

from oncall.cli.one_dispatch import one_dispatch
from oncall.cli.recorded import waiting
from oncall.cli.session import Session, complain, now, reader_zone
from oncall.errors import OncallError
from oncall.output.words import safe
from oncall.replay.record import Record
from oncall.replay.run import Job, Judged, Replay, Wanted
from oncall.replay.verdict import GOOD, Verdict
from oncall.times import DAY
from oncall.workspace.files import Files

if TYPE_CHECKING:
    from datetime import tzinfo

    from oncall.output.blocks import Page
    from oncall.output.redaction import Redaction
    from oncall.plan import Plan
    from oncall.postmortem.findings import Findings
    from oncall.postmortem.lessons import Lesson
    from oncall.postmortem.proof import Prover
    from oncall.workspace.opening import Plans

Reader = Literal["us", "client"]

_AROUND = 31 * DAY  # how far from a dispatch others are looked for


def postmortem(
    context: typer.Context,
    log: Annotated[str, typer.Argument(metavar="LOG", help="The event log; - is standard input.")],
    dispatch: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Which dispatch: its id, or the beginning; not needed where the log has one."),
    ] = None,
    html: Annotated[str | None, typer.Option(metavar="FILE", help="Write a self-contained HTML page there.")] = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write the Markdown there.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
    candidate: Annotated[
        str | None, typer.Option(metavar="PATH|REV", help="Also what the rules of another workspace would have done.")
    ] = None,
    as_of: Annotated[
        str, typer.Option(metavar="auto|now|REV", help="By which files: those of the time, today's, a revision's.")
    ] = "auto",
    redact: Annotated[
        bool, typer.Option("--redact", help="Mask the caller, people, numbers and addresses; leave free text out.")
    ] = False,
    keep_text: Annotated[
        bool, typer.Option("--keep-text", help="With --redact: keep free text, which may hold names nobody can know.")
    ] = False,
    reader: Annotated[
        Reader, typer.Option("--for", help="Who reads it: all there is, or one page that a client can be sent.")
    ] = "us",
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Show times in this zone.")] = None,
) -> None:
    if keep_text and not redact:
        raise OncallError("--keep-text goes with --redact: without it all text is kept")
    if reader == "client" and (redact or candidate is not None):
        option = "--redact" if redact else "--candidate"
        raise OncallError(f"{option} is for the whole page: the page for a client has nothing of that; leave it out")
    _check_paths(html, output, force=force)
    session: Session = context.obj
    plan = session.plan(now())
    zone = reader_zone(timezone, plan.timezone)
    job = Job(
        None if log == "-" else log,
        session.root,
        session.cache,
        plan.country,
        Wanted(dispatch),
        as_of,
        candidate,
        session.here(),
    )
    judged = one_dispatch(job, plan, zone)
    redaction = None
    if redact:
        from oncall.output.redaction import Redaction  # here: only this option needs it

        redaction = Redaction(judged, (plan,), keep_text=keep_text)
    if reader == "client":
        page = _client_page(judged, job, zone if timezone is not None else _zone_of(judged, job, zone))
    else:
        page = _page(judged, job, zone, redaction, session.workspace)
    _deliver(page, html, output, redaction)
    raise typer.Exit(0 if judged.verdict.result in GOOD else 1)


def _check_paths(html: str | None, output: str | None, *, force: bool) -> None:
    """Refuse what could not be written, before any work is done."""
    if html is not None and output is not None and os.path.realpath(html) == os.path.realpath(output):
        raise OncallError("--html and --output are the same file")
    for option, path in (("--html", html), ("--output", output)):
        if path is None:
            continue
        if os.path.isdir(path):
            raise OncallError(f"{option} {path}: that is a folder; name a file in it")
        if os.path.isfile(path) and not force:
            raise OncallError(f"{option} {path}: that file is there already; --force overwrites it")
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise OncallError(f"{option} {path}: there is no folder {folder}")


def _page(judged: Judged, job: Job, zone: tzinfo, redaction: Redaction | None, workspace: str | None) -> Page:
    from oncall.output.postmortem import Asked, page_of  # here: `--help` does without

    lines = [line for _, line in judged.group.lines] if judged.group else []
    asked = Asked(
        zone,
        job.log if job.log is not None else "LOG",
        workspace or _near(job.root, job.here),
        len(lines),
        hashlib.sha256(b"".join(line.rstrip(b"\r") + b"\n" for line in lines)).hexdigest(),
        job.candidate,
        redaction is not None,
        redaction is not None and redaction.keep_text,
    )
    findings = _findings(judged, job)
    if redaction is None:
        return page_of(judged, findings, asked)
    return redaction.page(page_of(redaction.judged(judged), findings, asked))


def _client_page(judged: Judged, job: Job, zone: tzinfo) -> Page:
    from oncall.output.client_page import client_page  # here: only this page needs it

    complain("read it before you send it: `What will change` has what the postmortem proposes")
    return client_page(judged, _findings(judged, job), zone)


def _zone_of(judged: Judged, job: Job, otherwise: tzinfo) -> tzinfo:
    """The zone of an account as today's files have it: the client reads times as they are there."""
    from oncall.workspace.load import load  # here: as above
    from oncall.workspace.scenarios import account_zone

    workspace = load(job.root)
    account = workspace.accounts.get(judged.verdict.account or "")
    return account_zone(workspace, account) if account is not None else otherwise


def _near(root: str, here: str) -> str:
    """A workspace as somebody in a folder would name it."""
    path = os.path.relpath(root, here)
    return root if path.startswith(os.pardir) else path


def _findings(judged: Judged, job: Job) -> Findings:
    """What to change in today's files."""
    from oncall.postmortem.findings import findings_of  # here: as above
    from oncall.postmortem.proof import Prover
    from oncall.workspace.opening import Plans

    verdict, record, files = judged.verdict, judged.record, Files(job.root)
    assert record is not None
    plans = Plans(job.root, job.cache)
    prover = Prover(lambda: plans.workspace, now(), partial(_others, job, verdict))

    def found(today: Plan) -> Findings:
        changed = verdict.plan is not None and verdict.plan.digest != today.digest
        return findings_of(verdict, record, today, files.read, prover, changed=changed)

    with waiting("trying each edit in a copy of the workspace"):
        try:
            return replace(plans.ask(verdict.at, found), lessons=_lessons(verdict, plans, prover))
        except OncallError:
            return findings_of(verdict, record, None, files.read, None, changed=False)


def _lessons(verdict: Verdict, plans: Plans, prover: Prover) -> tuple[Lesson, ...]:
    """What lint finds by the files of the time that explains a dispatch; nothing where those cannot be read again."""
    from oncall.postmortem.lessons import lessons_of  # here: as above
    from oncall.workspace.load import load
    from oncall.workspace.revisions import earlier

    revision = verdict.plan.revision if verdict.plan is not None else None
    try:
        if revision is None:
            lessons = lessons_of(verdict, plans.workspace)
        else:
            with earlier(plans.root, revision) as then:
                lessons = lessons_of(verdict, load(plans.root, files=then)) if then is not None else ()
    except OncallError:
        return ()
    return tuple(replace(lesson, is_open=prover.finds(lesson.problem)) for lesson in lessons)


def _others(job: Job, verdict: Verdict, accounts: frozenset[str]) -> Iterator[tuple[Verdict, Record]]:
    """The other dispatches of some accounts around the time of one, as many as an edit is tried on. Standard input is
    gone by."""
    from oncall.postmortem.proof import MOST_DISPATCHES  # here: as above

    if job.log is None:
        return
    wanted = Wanted(None, accounts, start=verdict.at - _AROUND, until=verdict.at + _AROUND)
    replayed: Replay[Judged] = Replay(replace(job, wanted=wanted, candidate=None), _as_it_is)
    others = (found for found in replayed.results() if found.verdict.dispatch != verdict.dispatch)
    for found in islice(others, MOST_DISPATCHES):
        if found.record is not None:
            yield found.verdict, found.record


def _as_it_is(judged: Judged) -> Judged:
    return judged


def _deliver(page: Page, html: str | None, output: str | None, redaction: Redaction | None) -> None:
    if html is not None:
        from oncall.output.postmortem_html import html_of  # here: only this option needs it

        _write("--html", html, html_of(page), redaction)
    if output is not None or html is None:
        from oncall.output.postmortem_markdown import markdown_of  # here: not for a page alone

        if output is None:
            print(markdown_of(page), end="")
        else:
            _write("--output", output, markdown_of(page), redaction)


def _write(option: str, path: str, text: str, redaction: Redaction | None) -> None:
    from oncall.workspace.writing import write_whole  # here: only a file needs it

    try:
        write_whole(path, text.encode("utf-8", "replace"))
    except (OSError, ValueError) as error:
        raise OncallError(f"{option} {path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
    print(f"wrote {safe(redaction.text(path) if redaction else path)}")
