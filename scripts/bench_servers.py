"""The servers of the serving benchmark: Silt and its peers, each with the same data, ended by process id."""
import dataclasses
import gzip
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import bench_load

DATABASE = "bench"
# Memory for tiles in the table with caches, for every server that has such a cache.
CACHE_MB = 512
# Answers once a collection is served.
FIRST_ITEM = "/collections/{}/items?limit=1"


@dataclasses.dataclass
class Server:
    """A running server. `pids` are the processes whose time is its time."""
    name: str
    address: str
    pids: list
    tile_path: str = ""
    items_path: str = ""

    def tile(self, tile):
        z, x, y = tile
        return self.tile_path.format(z=z, x=x, y=y)

    def items(self, box):
        return self.items_path.format(bbox=",".join(str(corner) for corner in box))


class Processes:
    """What this benchmark started; leaving the context ends it all, the last started first."""

    def __init__(self, work):
        self.work = work
        self.running = []
        self.folders = []

    def __enter__(self):
        # An end by signal runs the clean-up too. Children have sessions of their own, so that Ctrl-C
        # in a terminal reaches this program only, which then ends them in order.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(1))
        # A job in the background of a script starts with Ctrl-C ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def __exit__(self, *_):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for process in reversed(list(self.running)):
            self.stop(process)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)

    def log_path(self, name):
        return self.work / f"{name.replace(' ', '-')}.log"

    def log_of(self, name):
        return self.log_path(name).read_text(errors="replace")[-2000:]

    def start(self, name, command, stdout=subprocess.DEVNULL, environment=None, user=None):
        """Starts a program; what it says of itself goes into a file of the work folder."""
        identity = {"user": user, "group": user, "extra_groups": []} if user else {}
        with open(self.log_path(name), "wb") as log:
            process = subprocess.Popen(
                [str(part) for part in command], stdout=stdout, stderr=log, stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})}, start_new_session=True, **identity)
        process.bench_name = name
        process.stop_signal = signal.SIGTERM
        self.running.append(process)
        return process

    def forget(self, process):
        """Takes an ended process off the list."""
        self.running.remove(process)
        process.wait()
        if process.stdout:
            process.stdout.close()

    def stop(self, process):
        """Ends a process and what descends from it."""
        members = bench_load.family([process.pid]) if process.poll() is None else set()
        if members:
            process.send_signal(process.stop_signal)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
        for pid in members - {process.pid}:
            # Workers end with their master; one that hangs does not stay.
            for _ in range(50):
                if not pathlib.Path(f"/proc/{pid}").exists():
                    break
                time.sleep(0.1)
            else:
                os.kill(pid, signal.SIGKILL)
        if process in self.running:
            self.forget(process)

    def wait_until(self, process, is_ready, what, seconds=600):
        """Waits for something that `process` does; fails with its log when it ends before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if process.poll() is not None:
                sys.exit(f"{process.bench_name} ended before {what}:\n{self.log_of(process.bench_name)}")
            try:
                if is_ready():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit(f"{process.bench_name}: {what} took more than {seconds} s:\n{self.log_of(process.bench_name)}")

    def run(self, name, command, **how):
        """Runs a command that must succeed; its output."""
        process = self.start(name, command, stdout=subprocess.PIPE, **how)
        output = process.stdout.read().decode(errors="replace")
        process.wait()
        self.forget(process)
        if process.returncode != 0:
            sys.exit(f"{name} failed: {' '.join(map(str, command))}\n{output[-2000:]}\n{self.log_of(name)}")
        return output


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def once(path, make, maker=None):
    """Makes a file or folder that a broken run never leaves half made: its mark is written last.

    It is made anew when the program that made it, `maker`, is newer.
    """
    mark = path.with_name(path.name + ".made")
    if mark.exists() and path.exists() and (maker is None or maker.stat().st_mtime < mark.stat().st_mtime):
        return path
    mark.unlink(missing_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    make(path)
    mark.write_text("")
    return path


# --- Silt --------------------------------------------------------------------------

class Silt:
    """The binary under test."""

    def __init__(self, processes, binary):
        self.processes = processes
        self.binary = binary

    def run(self, store, *arguments):
        return self.processes.run("silt", [self.binary, "--data", store, *arguments])

    def store(self, name, files):
        """A store with a collection from each file."""
        def make(path):
            self.run(path, "init")
            for collection, file in files.items():
                self.run(path, "import", file, "--collection", collection, "--edition", "2026")
        return once(self.processes.work / name, make, self.binary)

    def serve(self, name, store, settings=(), ready="/collections"):
        """Starts the service and waits until it answers `ready`."""
        command = [self.binary, "--data", store, "serve", "--listen", "127.0.0.1:0"]
        for setting in ("log.filter=warn", *settings):
            command += ["--set", setting]
        process = self.processes.start(name, command, stdout=subprocess.PIPE)
        line = process.stdout.readline().decode()
        if "http://" not in line:
            process.wait(timeout=10)
            sys.exit(f"{name} does not serve:\n{line}{self.processes.log_of(name)}")
        address = line.split()[2].rstrip("/")
        self.processes.wait_until(process, lambda: bench_load.fetch(address, ready)[0] == 200, "its first answer")
        return process, Server(name, address, [process.pid])


# --- Martin ------------------------------------------------------------------------

def martin(processes, binary, name, source, cache_mb):
    """Martin with one source of its configuration, with or without its cache of tiles."""
    port = free_port()
    config = processes.work / f"{name.replace(' ', '-')}.yaml"
    cache = {"size_mb": cache_mb * 2, "tile_size_mb": cache_mb} if cache_mb else "disable"
    # JSON is YAML.
    config.write_text(json.dumps({
        "listen_addresses": f"127.0.0.1:{port}", "worker_processes": os.cpu_count(), "cache": cache, **source}))
    process = processes.start(name, [binary, "--config", config], environment={"RUST_LOG": "warn"})
    address = f"http://127.0.0.1:{port}"
    processes.wait_until(process, lambda: bench_load.fetch(address, "/catalog")[0] == 200, "its first answer")
    return process, Server(name, address, [process.pid])


# --- PostGIS -------------------------------------------------------------------------

class Postgres:
    """A private PostgreSQL cluster in the work folder."""

    def __init__(self, processes):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise FileNotFoundError("PostgreSQL with PostGIS (apt-get install postgresql-15-postgis-3)")
        self.processes, self.bin = processes, found[-1].parent
        # The server refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.port = free_port()
        data = processes.work / "postgres"
        once(data, self.initialise)
        sockets = pathlib.Path(tempfile.mkdtemp(prefix="bench-pg-"))
        processes.folders.append(sockets)
        if self.user:
            shutil.chown(sockets, self.user, self.user)
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": sockets,
            "shared_buffers": "1GB", "effective_cache_size": "4GB", "work_mem": "64MB", "maintenance_work_mem": "512MB",
            "random_page_cost": "1.1", "jit": "off", "max_connections": "100", "fsync": "off", "max_wal_size": "4GB",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = processes.start("postgres", [self.bin / "postgres", "-D", data, *options], user=self.user)
        # Asks open connections to end, instead of waiting for them.
        self.process.stop_signal = signal.SIGINT
        ready = [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        processes.wait_until(self.process, lambda: subprocess.run(ready, check=False).returncode == 0, "its start")
        names = self.sql("select datname from pg_database", database="postgres")
        if DATABASE not in names.split():
            self.sql(f"create database {DATABASE}", database="postgres")
            self.sql("create extension postgis")
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/{DATABASE}"

    def initialise(self, data):
        data.mkdir()
        if self.user:
            shutil.chown(data, self.user, self.user)
        data.chmod(0o700)
        command = [self.bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8"]
        self.processes.run("initdb", command, user=self.user)

    def sql(self, text, database=DATABASE):
        command = [self.bin / "psql", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", "-d", database,
                   "-v", "ON_ERROR_STOP=1", "-X", "-q", "-A", "-t", "-c", text]
        return self.processes.run("psql", command)

    def load(self, table, file):
        """A table in degrees, and one in Web Mercator, which spares Martin the projection of every request."""
        if self.sql(f"select 1 from pg_tables where tablename = '{table}_3857'").strip():
            return
        source = f"PG:host=127.0.0.1 port={self.port} user=postgres dbname={DATABASE}"
        self.processes.run("ogr2ogr", [
            "ogr2ogr", "-f", "PostgreSQL", source, file, "-nln", table, "-overwrite", "-lco", "GEOMETRY_NAME=geom",
            "-lco", "FID=gid", "-nlt", "PROMOTE_TO_MULTI" if table == "admin1" else "POINT", "--config", "PG_USE_COPY", "YES"])
        # Web Mercator ends before the poles.
        self.sql(f"""
            begin;
            create table {table}_3857 as table {table};
            alter table {table}_3857 alter column geom type geometry(Geometry, 3857)
                using ST_Transform(ST_ClipByBox2D(geom, ST_MakeEnvelope(-180, -85.05, 180, 85.05, 4326)), 3857);
            create index {table}_3857_geom on {table}_3857 using gist (geom);
            cluster {table}_3857 using {table}_3857_geom;
            commit""")
        for name in (table, f"{table}_3857"):
            self.sql(f"vacuum analyze {name}")


# --- OGC API peers ----------------------------------------------------------------------

def tipg(processes, postgres, table):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = processes.start(
        "tipg",
        [sys.executable, "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", port, "--workers", os.cpu_count(),
         "--log-level", "warning", "--no-access-log"],
        environment={"DATABASE_URL": postgres.url, "TIPG_DB_SCHEMAS": '["public"]', "TIPG_CATALOG_TTL": "0"})
    processes.wait_until(process, lambda: bench_load.fetch(address, "/collections")[0] == 200, "its first answer")
    return process, Server("tipg on PostGIS", address, [process.pid, postgres.process.pid],
                           items_path=f"/collections/public.{table}/items?bbox={{bbox}}&limit=1000")


def pygeoapi(processes, geopackage, layer):
    port, folder = free_port(), processes.work
    address = f"http://127.0.0.1:{port}"
    point_of_contact = {"name": "none", "url": address, "email": "none@example.org"}
    config, document = folder / "pygeoapi.yaml", folder / "pygeoapi-openapi.yaml"
    config.write_text(json.dumps({
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": address, "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8", "gzip": False, "languages": ["en-US"], "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10000}, "map": {"url": "", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": "bench", "description": "bench", "keywords": ["bench"], "keywords_type": "theme",
                               "terms_of_service": "", "url": address},
            "license": {"name": "none", "url": address}, "provider": {"name": "none", "url": address},
            "contact": point_of_contact,
        },
        "resources": {layer: {
            "type": "collection", "title": layer, "description": layer, "keywords": [layer], "links": [],
            "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
            "providers": [{
                "type": "feature", "name": "OGR", "id_field": "fid", "layer": layer,
                "data": {"source_type": "GPKG", "source": str(geopackage), "source_capabilities": {"paging": True}},
            }],
        }},
    }))
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(document)}
    program = pathlib.Path(sys.executable).parent / "pygeoapi"
    processes.run("pygeoapi openapi", [program, "openapi", "generate", config, "--output-file", document],
                  environment=environment)
    process = processes.start(
        "pygeoapi", [sys.executable, "-m", "gunicorn", "--workers", 2 * os.cpu_count(), "--bind", f"127.0.0.1:{port}",
                     "--timeout", 120, "--log-level", "error", "pygeoapi.flask_app:APP"], environment=environment)
    processes.wait_until(process, lambda: bench_load.fetch(address, "/conformance?f=json")[0] == 200, "its first answer")
    return process, Server("pygeoapi on GeoPackage", address, [process.pid],
                           items_path=f"/collections/{layer}/items?f=json&bbox={{bbox}}&limit=1000")


def geopackage(processes, file, layer):
    def make(path):
        processes.run("ogr2ogr", ["ogr2ogr", "-f", "GPKG", path, file, "-nln", layer])
    return once(processes.work / f"{file.stem}.gpkg", make)


def unpacked(processes, file):
    """A file that may be packed with gzip, as a plain one: Martin reads no other."""
    def make(path):
        with gzip.open(file, "rb") as packed, open(path, "wb") as plain:
            shutil.copyfileobj(packed, plain)
    return once(processes.work / "admin1.geojson", make)
