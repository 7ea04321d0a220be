"""Runs commands in turn, A B A B …, and tells what each run took: `cargo xtask bench` calls it.

    bench_measure.py JOB

JOB is a JSON file: {"warm_ups": 1, "rounds": 5, "commands": [{"argv": […], "env": {…}}, …]}.
The answer on stdout is a list for each command of [wall seconds, CPU seconds, peak memory in bytes], one for each round.
`{run}` in an argument becomes the number of the run, so that a run can have a folder of its own.

The kernel's own account is taken from wait4: exact for CPU, and the true peak for memory.
A process starts as a copy of this one, so a peak below that copy's few MiB is not seen; the copy is made before the clock starts.
"""

import json
import os
import sys
import tempfile
import time

# What ru_maxrss counts in.
PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


def environment(extra):
    # The servers are on this computer, and no setting of whoever runs this may reach the measured command.
    kept = {name: os.environ[name] for name in os.environ if not name.lower().endswith("_proxy")}
    kept = {name: value for name, value in kept.items() if not name.startswith(("VECTCUT_", "OSS_"))}
    return kept | extra


def run(command, number):
    argv = [word.replace("{run}", str(number)) for word in command["argv"]]
    env = environment(command["env"])
    with tempfile.TemporaryFile() as errors:
        ready, go = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(0, 1)
            os.dup2(errors.fileno(), 2)
            os.close(go)
            os.read(ready, 1)
            try:
                os.execvpe(argv[0], argv, env)
            except OSError as error:
                os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
            os._exit(127)
        os.close(ready)
        started = time.perf_counter()
        os.close(go)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - started
        if status != 0:
            errors.seek(0)
            text = errors.read().decode(errors="replace")
            sys.exit(f"`{' '.join(argv[:4])} …` ended with {os.waitstatus_to_exitcode(status)}\n{text}")
    return [wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * PEAK_UNIT_BYTES]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    runs = [[] for _ in job["commands"]]
    number = 0
    for round_number in range(job["warm_ups"] + job["rounds"]):
        for command, results in zip(job["commands"], runs):
            number += 1
            result = run(command, number)
            if round_number >= job["warm_ups"]:
                results.append(result)
    json.dump(runs, sys.stdout)


main()
