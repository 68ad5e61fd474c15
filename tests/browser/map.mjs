// Draws maps in a headless browser and tells what is on them.
//
//   node map.mjs JOB.json
//
// The job: {"chromium": path, "archive": path of a PMTiles file or null,
//           "maps": [{"style": address or object, "source": id, "bounds": [w, s, e, n],
//                     "look": {name: [longitude, latitude]}, "screenshot": path}]}
// In styles, "ARCHIVE" stands for the address of the archive.
// The report goes to standard output as JSON, one entry for each map.

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const files = {
  "/": [join(here, "page.html"), "text/html"],
  "/maplibre-gl.mjs": [join(modules, "maplibre-gl/dist/maplibre-gl.mjs"), "text/javascript"],
  "/maplibre-gl-shared.mjs": [join(modules, "maplibre-gl/dist/maplibre-gl-shared.mjs"), "text/javascript"],
  "/maplibre-gl-worker.mjs": [join(modules, "maplibre-gl/dist/maplibre-gl-worker.mjs"), "text/javascript"],
  "/maplibre-gl.css": [join(modules, "maplibre-gl/dist/maplibre-gl.css"), "text/css"],
};

// The pmtiles package has no module that a browser can take as it is: its global build is wrapped.
async function pmtilesModule() {
  const script = await readFile(join(modules, "pmtiles/dist/pmtiles.js"), "utf8");
  return `${script}\nexport const { Protocol, PMTiles } = pmtiles;\n`;
}

async function sendArchive(path, request, response) {
  const { size, mtimeMs } = await stat(path);
  const headers = {
    "accept-ranges": "bytes",
    "content-type": "application/vnd.pmtiles",
    etag: `"${mtimeMs}-${size}"`,
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  if (!range) {
    response.writeHead(200, { ...headers, "content-length": size });
    createReadStream(path).pipe(response);
    return;
  }
  const start = Number(range[1]);
  const end = Math.min(range[2] === "" ? size - 1 : Number(range[2]), size - 1);
  response.writeHead(206, {
    ...headers,
    "content-length": end - start + 1,
    "content-range": `bytes ${start}-${end}/${size}`,
  });
  createReadStream(path, { start, end }).pipe(response);
}

async function answer(archive, request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/pmtiles.mjs") {
    response.writeHead(200, { "content-type": "text/javascript" });
    response.end(await pmtilesModule());
  } else if (pathname === "/archive.pmtiles" && archive) {
    await sendArchive(archive, request, response);
  } else if (files[pathname]) {
    const [path, type] = files[pathname];
    response.writeHead(200, { "content-type": type });
    response.end(await readFile(path));
  } else {
    response.writeHead(404);
    response.end();
  }
}

async function draw(page, map, origin) {
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => window.ready);
  const style =
    typeof map.style === "string"
      ? map.style
      : JSON.parse(JSON.stringify(map.style).replaceAll("ARCHIVE", `${origin}/archive.pmtiles`));
  await page.evaluate(([style, bounds]) => window.show(style, bounds), [style, map.bounds]);
  const report = await page.evaluate((source) => window.rendered(source), map.source);
  report.problems = await page.evaluate(() => window.problems);
  report.look = {};
  for (const [name, position] of Object.entries(map.look ?? {})) {
    report.look[name] = await page.evaluate(([x, y]) => window.at(x, y), position);
  }
  await page.screenshot({ path: map.screenshot });
  return report;
}

const job = JSON.parse(await readFile(process.argv[2], "utf8"));
const server = createServer((request, response) => {
  answer(job.archive, request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: job.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"],
});
try {
  const reports = [];
  for (const map of job.maps) {
    const page = await browser.newPage({ viewport: { width: 512, height: 512 } });
    const messages = [];
    page.on("console", (message) => {
      if (message.type() === "error") messages.push(message.text());
    });
    page.on("pageerror", (error) => messages.push(String(error)));
    const report = await draw(page, map, origin);
    reports.push({ ...report, console: messages });
    await page.close();
  }
  console.log(JSON.stringify(reports));
} finally {
  await browser.close();
  server.close();
}
