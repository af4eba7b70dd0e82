#!/usr/bin/env python3
"""The works of elbo4j's benchmarks in NumPy, PyTorch and JAX.

    python3 -m venv VENV && VENV/bin/pip install -r bench/peers/requirements.txt
    VENV/bin/python bench/peers/peers.py run [--quick] [--out FILE] [W1 W2=jax ...]
    VENV/bin/python bench/peers/peers.py serve WORK PEER [SECONDS]     for bench/compare

`run` gives each work of a peer a process of its own, times every execution by itself after a warm-up (15 at least, W7 3) and writes
bench/results/CPU-CORES-peers.json, laid out as elbo4j's own results, anew after each work. A peer that is not installed, or
that takes too long, is reported as not run.

Each work is written as its users would write it for speed: torch as it is and under torch.compile, JAX under jit with
gradients by value_and_grad and by hand. All use every core and float32, and give what elbo4j gives, but for one number:
elbo4j also computes the standard error of the ELBO. Results are checked before they are timed.

works.py has the sizes, inputs and checks, PEER_works.py the works of a peer, timing.py the clock.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import signal
import subprocess
import sys
import time

from timing import measure, serve
from works import LARGE, WORKS, np

PEERS = ("numpy", "torch", "jax")
GPU_PEERS = ("cupy", "torch", "jax")


def machine(gpu):
    cpu = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
    except OSError:
        pass
    here = {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }
    if gpu:
        try:
            query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
            here["gpu"] = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError) as e:
            here["gpu"] = f"nvidia-smi does not answer: {e}"
    return here


def chosen(arguments, here, not_run):
    """The works of each peer that is wanted and installed, whose versions go to `here`, and the sizes."""
    wanted = {}
    for word in arguments.works or WORKS:
        work, _, peer = word.partition("=")
        for name in [peer] if peer else GPU_PEERS if arguments.gpu else PEERS:
            wanted.setdefault(name, []).append(work)
    sizes = arguments.size.split(",")
    for size in [size for size in sizes if size not in ("normal", "large")]:
        not_run[size] = "peers have the sizes normal and large"
        print(f"{size}: not run: {not_run[size]}")
        sizes.remove(size)
    # CuPy's distribution bears the CUDA version in its name.
    installed = {d.name: d.version for d in importlib.metadata.distributions() if d.name}
    for peer in list(wanted):
        versions = [v for name, v in installed.items() if re.fullmatch(peer + r"(-cuda\d+x)?", name)]
        if versions and np is not None:
            here[peer] = versions[0]
        else:
            not_run[peer] = "not installed" if np is not None or not versions else "NumPy, which it needs here, is not installed"
            print(f"{peer}: not run: {not_run[peer]}")
            del wanted[peer]
    return wanted, sizes


def file_of_results(arguments, here, sizes):
    name = re.sub(r"\((R|TM|r|tm)\)|@.*", "", here["cpu"]) + f" {here['cores']} cores peers"
    name += (" gpu " + here["gpu"].split(",")[0] if arguments.gpu else "") + (" large" if "large" in sizes else "")
    name = re.sub(r"[^a-z0-9]+", "-", name.lower())
    full = not arguments.quick and not arguments.works
    home = pathlib.Path(__file__).resolve().parent.parent
    return arguments.out or home / ("results" if full else "target") / f"{name}.json"


def run(arguments):
    end = time.monotonic() + arguments.budget
    here = machine(arguments.gpu)
    results, not_run = [], {}
    wanted, sizes = chosen(arguments, here, not_run)
    out = file_of_results(arguments, here, sizes)
    out.parent.mkdir(parents=True, exist_ok=True)
    if arguments.further and out.exists():
        results = json.loads(out.read_text(encoding="utf-8")).get("results", [])

    def write():
        results.sort(key=lambda line: (line["size"], line["work"], line["peer"]))
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        head = {"what": "peers", "date": date, "quick": arguments.quick, "machine": here, "notRun": not_run, "unit": "ms"}
        part = out.with_name(out.name + ".part")
        part.write_text(json.dumps({**head, "results": results}, indent=2) + "\n", encoding="utf-8")
        part.replace(out)

    write()
    failed = False
    for size in sizes:
        for peer, works in wanted.items():
            for work in works:
                if (size == "large" and work not in LARGE) or (peer == "cupy" and work != "W1"):
                    continue
                if any((line["size"], line["work"], line["peer"]) == (size, work, peer) for line in results):
                    continue
                name = f"{work} {peer}" + (", large" if size == "large" else "")
                seconds = min(arguments.limit, end - time.monotonic())
                if seconds < 5:
                    not_run[name] = "no time left"
                    print(f"{name}: not run: no time left")
                    continue
                lines, reasons = one(peer, work, size, seconds, arguments)
                results += lines
                for how, reason in reasons.items():
                    what = f"{name} {how}".rstrip()
                    not_run[what] = reason
                    print(f"{what}: not run: {reason}")
                for line in lines:
                    what = f"{name} {line['how']}".rstrip()
                    print(f"{what:34} {line['median']:9.3f} ms  min {line['min']:9.3f}", flush=True)
                failed = failed or (bool(reasons) and not lines)
                write()
    write()
    print(f"written to {out}")
    return 1 if failed else 0


def one(peer, work, size, seconds, arguments):
    """The lines that a process of its own measures, and why the others are missing, for each way."""
    command = [sys.executable, __file__, "measure", peer, work]
    command += [flag for flag in ("--quick", "--gpu") if getattr(arguments, flag[2:])]
    command += ["--seconds", str(arguments.seconds)]
    command += ["--large"] if size == "large" else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            text, _ = process.communicate(timeout=seconds)
            reason = f"exit code {process.returncode}" if process.returncode else None
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text, _ = process.communicate()
            reason = f"not done after {seconds:.0f} s"
    lines, reasons = [], {}
    for line in map(json.loads, text.splitlines()):
        if "notRun" in line:
            reasons[line["how"]] = line["notRun"]
        else:
            lines.append(line)
    if reason:
        reasons["more ways" if lines else ""] = reason
    return lines, reasons


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("run", help="time all and write a file of results")
    command.add_argument("works", nargs="*", help="such as W1 or W2=jax; default: all")
    command.add_argument("--quick", action="store_true", help="few executions: shows that all runs, not how fast")
    command.add_argument("--gpu", action="store_true", help="cuRAND through CuPy, torch and JAX on the GPU")
    command.add_argument("--size", default="normal", help="normal, large (fills a GPU) or normal,large; default: normal")
    command.add_argument("--limit", type=float, default=240, help="seconds for a work of a peer; default: 240")
    command.add_argument("--budget", type=float, default=1e9, help="seconds for all; default: no end")
    command.add_argument("--seconds", type=float, default=2.0, help="of measurement for each way; default: 2")
    command.add_argument("--continue", dest="further", action="store_true", help="keep what the file has, run only the rest")
    command.add_argument("--out", type=pathlib.Path, help="file of results")
    command = commands.add_parser("measure", help="time one peer, lines of JSON to standard output")
    command.add_argument("peer", choices=("numpy", "torch", "jax", "cupy"))
    command.add_argument("works", nargs="+", choices=WORKS)
    for flag in ("--quick", "--gpu", "--large"):
        command.add_argument(flag, action="store_true")
    command.add_argument("--seconds", type=float, default=2.0, help="of measurement for each way; default: 2")
    command = commands.add_parser("serve", help="work when told to")
    command.add_argument("work", choices=WORKS)
    command.add_argument("peer", choices=PEERS)
    command.add_argument("seconds", nargs="?", type=float, default=5.0, help="of warm-up")
    arguments = parser.parse_args()
    if arguments.command == "run":
        sys.exit(run(arguments))
    elif arguments.command == "measure":
        if arguments.large:
            WORKS.update(LARGE)
        measure(arguments.peer, arguments.works, arguments.quick, arguments.gpu, arguments.seconds)
    else:
        serve(arguments.work, arguments.peer, arguments.seconds)


if __name__ == "__main__":
    main()
