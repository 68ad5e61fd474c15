"""A running server, for tests that let other programs ask it."""
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request

from conftest import BINARY


class Server:
    """`silt serve` on a port of the system's choice; its log goes to a file."""

    def __init__(self, silt, log, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SILT_")}
        self._log_path = log
        self._log = open(log, "wb")
        self._process = subprocess.Popen(
            [BINARY, "--data", silt.data, "serve", "--listen", "127.0.0.1:0", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log, env=environment, text=True,
        )
        line = self._process.stdout.readline()
        found = re.search(r"http://[^\s/]+", line)
        if found is None:
            self.stop()
            raise AssertionError(f"no address in {line!r}: {self.log()}")
        self.url = found.group()

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
        return self._process.returncode

    def log(self):
        """What the server has written to standard error: its access log among it."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def requests_since(self, mark):
        """Lines of the log after a mark that `len(server.log())` gave."""
        return self.log()[mark:].splitlines()

    def get(self, path, accept="*/*"):
        """Status, headers and content."""
        address = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(address, headers={"accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def ok(self, path, accept="*/*"):
        status, _, content = self.get(path, accept)
        assert status == 200, f"{path}: {status} {content[:500]}"
        return content

    def json(self, path):
        return json.loads(self.ok(path, "application/json"))


def counts(silt):
    """Features by collection, as the command line counts them."""
    return {info["schema"]["id"]: info["features"] for info in silt.json("collections")}
