"""What the serving benchmark prints: tables in Markdown, and what bounds Silt where that can be told."""
import os
import sys
import time


def say(text=""):
    print(text, flush=True)


def note(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def print_results(results, unit, against, target_ms=None):
    """A table of servers; the ratio is the rate of `against` to that of the row."""
    say(f"| server | {unit}/s | {against} / it | p50 ms | p99 ms | longest ms | kB per answer | answers | errors "
        "| cores: server | wrk | idle |")
    say("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name, run in results.items():
        ratio = "" if name == against or not run.rate else f"{results[against].rate / run.rate:.2f}"
        answers = f"{run.answered:,.0f}" + ("" if run.whole else " (time was up)")
        say(f"| {name} | {run.rate:,.0f} | {ratio} | {run.p50_ms:.2f} | {run.p99_ms:.2f} | {run.max_ms:.1f} "
            f"| {run.kb_per_answer:.1f} | {answers} | {run.errors} | {run.server_cores:.2f} | {run.wrk_cores:.2f} "
            f"| {run.idle_cores:.2f} |")
    ours = results[against]
    others = os.cpu_count() - ours.server_cores - ours.wrk_cores - ours.idle_cores
    busy = ours.server_cores / os.cpu_count()
    say()
    if others > 0.25:
        say(f"The machine is not quiet: other programs used {others:.2f} cores while {against} was measured.")
    if ours.idle_cores < 0.15 * os.cpu_count():
        say(f"Bound of {against}: processors. It uses {ours.server_cores:.2f} of {os.cpu_count()} cores, the load tool "
            f"{ours.wrk_cores:.2f}, {ours.server_cores / max(ours.rate, 1e-9) * 1e6:.0f} µs of processor time per request.")
    else:
        say(f"Bound of {against}: not the processors ({busy:.0%} used by it, {ours.idle_cores:.2f} cores idle): look at "
            "waiting (locks, too few connections, the length of the run).")
    if target_ms:
        met = "met" if ours.p99_ms < target_ms and not ours.errors else "NOT met"
        say(f"Target p99 < {target_ms} ms: {met} ({ours.p99_ms:.2f} ms).")
    say()


def verdict(results, ours, peer, factor):
    """Says whether `ours` is `factor` times as fast as `peer`; errors on either side decide nothing."""
    if peer not in results or not results[peer].rate:
        return
    if results[ours].errors or results[peer].errors:
        say(f"Target {factor} x {peer}: not to be judged, there were errors.")
        return
    ratio = results[ours].rate / results[peer].rate
    say(f"Target {factor} x {peer}: {'met' if ratio >= factor else 'NOT met'} ({ratio:.2f} x).")
