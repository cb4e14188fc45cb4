"""All figures: `python -m benchmarks [--data FOLDER]`."""

import runpy
import sys

PROGRAMS = ("benchmarks.pipeline",)

arguments = sys.argv[1:]
for program in PROGRAMS:
    print(f"== {program} {' '.join(arguments)}", flush=True)
    sys.argv = [program, *arguments]
    runpy.run_module(program, run_name="__main__")
