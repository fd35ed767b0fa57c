// Makes everything the pages need that is not committed: bundles, third-party files, message catalogues, a manifest.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { compileMessages } from "./messages.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const built = join(root, "map_ui", "static", "built");
const packages = join(root, "node_modules");

// Each page module of this folder (a file with a line "// entry") becomes one script.
const entries = readdirSync(here)
  .filter((name) => name.endsWith(".ts"))
  .sort()
  .map((name) => join(here, name))
  .filter((path) => readFileSync(path, "utf8").startsWith("// entry"));

// Third-party files that pages use as they are, by their place under static/built.
const copied = [
  ["bootstrap", "dist/css/bootstrap.rtl.min.css", "bootstrap.rtl.min.css"],
  ["bootstrap", "dist/css/bootstrap.min.css", "bootstrap.min.css"],
  ["bootstrap", "LICENSE", "licences/bootstrap.txt"],
  ["vazirmatn", "fonts/webfonts/Vazirmatn[wght].woff2", "vazirmatn.woff2"],
  ["vazirmatn", "OFL.txt", "licences/vazirmatn.txt"],
  ["ol", "LICENSE.md", "licences/openlayers.md"],
  ["leaflet", "dist/leaflet.js", "leaflet.js"],
  ["leaflet", "dist/leaflet.css", "leaflet.css"],
  ["leaflet", "LICENSE", "licences/leaflet.txt"],
];

function packageOf(name) {
  const { version, license } = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"));
  return { package: name, version, licence: license };
}

function described(file, from) {
  const bytes = readFileSync(join(built, file));
  return {
    file,
    ...from,
    bytes: bytes.length,
    gzip_bytes: gzipSync(bytes, { level: 9 }).length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

rmSync(built, { recursive: true, force: true });
mkdirSync(join(built, "licences"), { recursive: true });
const manifest = [];

for (const [name, source, target] of copied) {
  const text = join(packages, name, source);
  if (target === "leaflet.css") {
    // Only the files that travel use it, and they show none of its pictures.
    writeFileSync(join(built, target), readFileSync(text, "utf8").replace(/url\([^)]*\)/g, "none"));
  } else if (target.endsWith(".css")) {
    // The note that names a source map would make a storage with hashed names look for the map.
    writeFileSync(join(built, target), readFileSync(text, "utf8").replace(/\/\*# sourceMappingURL=.*?\*\//g, ""));
  } else if (target.endsWith(".js")) {
    writeFileSync(join(built, target), readFileSync(text, "utf8").replace(/\/\/# sourceMappingURL=\S+/g, ""));
  } else {
    cpSync(text, join(built, target));
  }
  manifest.push(described(target, packageOf(name)));
}

await build({
  entryPoints: entries,
  outdir: built,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "eof",
  logLevel: "warning",
});
for (const entry of entries) {
  const file = basename(entry).replace(/\.ts$/, ".js");
  manifest.push(described(file, { package: "pelak", source: relative(root, entry) }));
}

writeFileSync(join(built, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
const messages = compileMessages(join(root, "map_ui", "locale"));
console.log(`Built ${manifest.length} files and ${messages} messages.`);
