// Checks styles with MapLibre's own validator.
//
//   node validate-style.mjs ADDRESS...
//
// Writes each error on a line; the exit code is 1 if there is one.

import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";

let failed = false;
for (const address of process.argv.slice(2)) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  for (const error of validateStyleMin(await response.json())) {
    failed = true;
    console.log(`${address}: ${error.message}`);
  }
}
process.exitCode = failed ? 1 : 0;
