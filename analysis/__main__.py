"""The command line: `python -m analysis report CUT OUT`, `python -m analysis simulate`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from analysis.api import CutServer
from analysis.cut import read_cut
from analysis.document import SIMULATED
from analysis.errors import CutRefused
from analysis.output import prepare, report_files, write_report
from analysis.simulate_command import add_parser, simulate
from analysis.study import Study, analyse
from analysis.summary import summary_lines

FROM_INPUT = "-"


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    top = argparse.ArgumentParser(
        prog="python -m analysis", description="The statistics module of Hermes."
    )
    commands = top.add_subparsers(dest="command", required=True)
    report = commands.add_parser(
        "report",
        usage="python -m analysis report CUT OUT\n"
        "       python -m analysis report --api URL --token TOKEN [--cut ID] OUT",
        help="verify a data cut and write its statistical report",
        description="Verify a data cut and write its report (HTML, PDF/A, CSV tables, SVG figures, "
        "JSON). Ends with 2 and a sentence when the cut is refused.",
    )
    report.add_argument("paths", nargs="+", metavar="CUT OUT", type=Path)
    report.add_argument("--api", metavar="URL", help="fetch the cut from this REST API instead")
    report.add_argument(
        "--token",
        default="",
        help="access token for --api; - reads it from standard input, unseen by other users",
    )
    report.add_argument("--cut", metavar="ID", help="with --api: this cut, not the newest one")
    add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when it is done, 2 when the cut or what was asked is refused."""
    command = parser()
    given = command.parse_args(arguments)
    try:
        if given.command == "simulate":
            return simulate(given)
        _check(command, given)
        _run_report(given)
    except CutRefused as refusal:
        print(f"Refused: {refusal}", file=sys.stderr)
        return 2
    return 0


def _check(command: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    if len(given.paths) != (1 if given.api else 2):
        command.error("give OUT alone with --api, else CUT and OUT")
    if given.cut and not given.api:
        command.error("--cut goes with --api")


def _run_report(given: argparse.Namespace) -> None:
    if given.api:
        server = CutServer(given.api, _token(given.token))
        _report_from_server(server, given.cut, given.paths[0])
    else:
        _report(*given.paths)


def _token(given: str) -> str:
    return sys.stdin.readline().strip() if given == FROM_INPUT else given


def _report_from_server(server: CutServer, cut: str | None, out: Path) -> None:
    prepare(out, None)
    with tempfile.TemporaryDirectory() as folder:
        _report(server.download(Path(folder), cut), out)


def _report(source: Path, out: Path) -> None:
    prepare(out, source)
    study = analyse(read_cut(source))
    write_report(report_files(study), out)
    _print(study, out)


def _print(study: Study, out: Path) -> None:
    print(f"Data cut {study.manifest.cut}, as of {study.manifest.as_of}")
    print(f"Manifest SHA-256 {study.manifest.sha256}")
    if study.manifest.simulated:
        print(SIMULATED)
    for line in summary_lines(study):
        print(line)
    print(f"Report: {out / 'report.html'}")


if __name__ == "__main__":
    sys.exit(main())
