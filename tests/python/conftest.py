"""Runs the built binary on a data folder of its own."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("SILT_BIN", ROOT / "target" / "debug" / "silt"))


class Silt:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.store = self.data / "silt.gpkg"

    def __call__(self, *arguments, codes=(0, 3)):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SILT_")}
        environment["SILT_OFFLINE"] = "true"
        done = subprocess.run(
            [BINARY, "--data", self.data, *map(str, arguments)],
            capture_output=True, text=True, env=environment, timeout=600,
        )
        assert done.returncode in codes, f"silt {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *arguments):
        return json.loads(self("--json", *arguments))


@pytest.fixture
def silt(tmp_path):
    return Silt(tmp_path)


@pytest.fixture(scope="session")
def mirror():
    folder = os.environ.get("SILT_MIRROR")
    if not folder or not pathlib.Path(folder).is_dir():
        pytest.skip("SILT_MIRROR names no folder")
    return pathlib.Path(folder)


@pytest.fixture(scope="session")
def registers(mirror, tmp_path_factory):
    """A store with the registers that have every awkward thing: two editions, no coordinates, polygons."""
    silt = Silt(tmp_path_factory.mktemp("registers"))
    for source in ("chile-sernageomin", "us-nid-tailings", "gem-coal-boundaries", "csp2-failures"):
        silt("import", "--source", source, "--mirror", mirror)
    for edition in ("2022-05-05", "2022-07-01"):
        silt("import", "--source", "brazil-sigbm", "--mirror", mirror, "--edition", edition)
    return silt


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """What `silt demo` imports: the registers of the mirror, without one the synthetic sample."""
    silt = Silt(tmp_path_factory.mktemp("demo"))
    folder = os.environ.get("SILT_MIRROR")
    has_mirror = folder and pathlib.Path(folder).is_dir()
    silt("demo", "--no-serve", *(["--mirror", folder] if has_mirror else []))
    return silt


@pytest.fixture(scope="session")
def served(demo, tmp_path_factory):
    """A server on the demo's store."""
    from serving import Server

    server = Server(demo, tmp_path_factory.mktemp("server") / "server.log")
    yield server
    server.stop()
