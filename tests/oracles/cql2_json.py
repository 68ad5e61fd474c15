#!/usr/bin/env python3
"""CQL2 texts and the JSON that the PyPI package `cql2` makes of them.

    pip install cql2 && python3 tests/oracles/cql2_json.py > crates/silt-query/src/cql/oracle_cql2.json

The texts are those of `SHARED` in crates/silt-query/src/cql/cql_tests.rs.
"""
import importlib.metadata
import json
import pathlib
import re

import cql2

ROOT = pathlib.Path(__file__).resolve().parents[2]
source = (ROOT / "crates/silt-query/src/cql/cql_tests.rs").read_text(encoding="utf-8")
block = re.search(r"const SHARED: \[&str; \d+\] = \[(.*?)\n\];", source, re.S).group(1)
texts = [json.loads(f'"{text}"') for text in re.findall(r'"((?:[^"\\]|\\.)*)"', block)]
document = {
    "tool": f"cql2 {importlib.metadata.version('cql2')}",
    "filters": [{"text": text, "json": cql2.Expr(text).to_json()} for text in texts],
}
print(json.dumps(document, indent=1, ensure_ascii=False))
