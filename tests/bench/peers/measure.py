"""Runs commands in turn, A B A B …, and prints what each run took. `cargo xtask bench` calls it.

    measure.py JOB

JOB is a JSON file: {"warm_ups": 1, "rounds": 5, "commands": [{"argv": […], "env": {…}, "rounds_max": null}, …]}.
It prints one list per command, with [wall seconds, CPU seconds, peak memory in bytes] for each round.
A command with `rounds_max` is not warmed up, and runs no more often than that.
`{run}` in an argument becomes the number of the run, so that a run can have a folder of its own.

The figures are the kernel's own, from wait4: all of a process's CPU time, and the true peak of its memory.
A process starts in the memory of its parent, so peaks below this script's own, about 10 MiB, are not seen.
So it imports few modules, and uses posix_spawn, because a fork of this process would cost more than the shortest commands.
"""

import json
import os
import sys
import time

# The unit of ru_maxrss.
PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


def environment(extra):
    # The servers are on this computer. No setting of the person who runs this may reach the measured command.
    kept = {name: os.environ[name] for name in os.environ if not name.lower().endswith("_proxy")}
    kept = {name: value for name, value in kept.items() if not name.startswith(("VECTCUT_", "OSS_"))}
    return kept | extra


def run(command, number, errors):
    argv = [word.replace("{run}", str(number)) for word in command["argv"]]
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    env = environment(command["env"])
    started = time.perf_counter()
    child = os.posix_spawnp(argv[0], argv, env, file_actions=files)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    if status != 0:
        with open(errors, encoding="utf-8", errors="replace") as file:
            text = file.read()
        sys.exit(f"`{' '.join(argv[:4])} …` ended with {os.waitstatus_to_exitcode(status)}\n{text}")
    return [wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * PEAK_UNIT_BYTES]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    runs = [[] for _ in job["commands"]]
    number = 0
    for round_number in range(job["warm_ups"] + job["rounds"]):
        for command, results in zip(job["commands"], runs):
            most = command["rounds_max"]
            if most is not None and not job["warm_ups"] <= round_number < job["warm_ups"] + most:
                continue
            number += 1
            result = run(command, number, sys.argv[1] + ".stderr")
            if round_number >= job["warm_ups"]:
                results.append(result)
    json.dump(runs, sys.stdout)


main()
