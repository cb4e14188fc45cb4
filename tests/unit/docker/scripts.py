"""The programs under docker/, which are no package: each loaded from its file."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[3]
DOCKER = ROOT / "docker"


def load(name: str) -> ModuleType:
    """The program `docker/NAME.py` as a module."""
    spec = spec_from_file_location(f"docker_{name}", DOCKER / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
