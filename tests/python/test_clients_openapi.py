"""The API definition as validators and a fuzzer for APIs see it."""
import json
import pathlib
import subprocess
import sys

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from conftest import Silt
from serving import Server

OPENAPI_30 = "application/vnd.oai.openapi+json;version=3.0"
OPENAPI_31 = "application/vnd.oai.openapi+json;version=3.1"


def definition(served, media_type):
    status, headers, content = served.get("/api", media_type)
    assert status == 200
    assert headers["content-type"].replace(" ", "") == media_type
    return json.loads(content)


def test_openapi_spec_validator_accepts_both_versions(served):
    for media_type, version, validator in (
        (OPENAPI_30, "3.0.", OpenAPIV30SpecValidator),
        (OPENAPI_31, "3.1.", OpenAPIV31SpecValidator),
    ):
        document = definition(served, media_type)
        assert document["openapi"].startswith(version)
        errors = [f"{list(error.absolute_path)}: {error.message}" for error in validator(document).iter_errors()]
        assert errors == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="ogcapi-registry needs Python 3.11")
def test_ogcapi_registry_accepts_it_with_the_declared_classes(served):
    import ogcapi_registry

    declared = served.json("/conformance")["conformsTo"]
    result = ogcapi_registry.validate_ogc_api(definition(served, OPENAPI_30), declared)
    assert result.is_valid, [str(error) for error in result.errors]
    structure = ogcapi_registry.validate_openapi_structure(definition(served, OPENAPI_30))
    assert structure.is_valid, [str(error) for error in structure.errors]


def test_the_filter_language_is_one_that_gdal_looks_for(served):
    document = definition(served, OPENAPI_30)
    path = next(path for path in document["paths"] if path.endswith("/items"))
    parameters = document["paths"][path]["get"]["parameters"]
    resolved = [
        document["components"]["parameters"][entry["$ref"].rsplit("/", 1)[1]] if "$ref" in entry else entry
        for entry in parameters
    ]
    (language,) = [entry for entry in resolved if entry["name"] == "filter-lang"]
    assert "cql-text" in language["schema"]["enum"]


@pytest.fixture(scope="module")
def playground(tmp_path_factory):
    """A small store of its own, which the fuzzer may change."""
    folder = tmp_path_factory.mktemp("playground")
    silt = Silt(folder)
    silt("demo", "--no-serve")
    key = silt.json("key", "create", "--name", "fuzzer", "--scope", "edit")["key"]
    server = Server(silt, folder / "server.log")
    yield server, key
    server.stop()


def test_schemathesis_finds_no_server_error_and_no_schema_violation(playground, tmp_path):
    server, key = playground
    checks = (
        "not_a_server_error,status_code_conformance,content_type_conformance,"
        "response_headers_conformance,response_schema_conformance"
    )
    tool = pathlib.Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            tool, "run", f"{server.url}/api", "--checks", checks, "--phases", "examples,coverage,fuzzing",
            "--max-examples", "20", "--workers", "2", "--seed", "3", "--no-shrink", "--request-timeout", "20",
            "--header", f"Authorization: Bearer {key}", "--warnings", "off", "--continue-on-failure",
            "--suppress-health-check", "all",
        ],
        capture_output=True, text=True, cwd=tmp_path, timeout=900,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert server.get("/healthz")[0] == 200
