// Compiles the catalogues map_ui/locale/<language>/*.po into LC_MESSAGES/django.mo, the form Django reads.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const quoted = (text) => JSON.parse(text.trim());

// Entries of one .po file as [key, translation]; plural forms are joined by a zero byte, as in a .mo file.
export function entriesOf(text) {
  const found = [];
  let entry = null;
  let field = null;
  const close = () => {
    const translation = entry?.forms.join("\0");
    if (entry && !entry.fuzzy && entry.id !== undefined && (entry.id === "" || translation)) {
      const id = entry.plural === undefined ? entry.id : `${entry.id}\0${entry.plural}`;
      found.push([entry.context === undefined ? id : `${entry.context}\u0004${id}`, translation]);
    }
    entry = null;
  };
  for (const line of [...text.split(/\r?\n/), ""]) {
    const match = /^(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d+)\])?)\s+(".*")$/.exec(line);
    if (line.trim() === "") {
      close();
    } else if (line.startsWith("#")) {
      if (!line.startsWith("#~")) entry ??= { forms: [], fuzzy: false };
      if (line.startsWith("#,") && line.includes("fuzzy")) entry.fuzzy = true;
    } else if (match) {
      entry ??= { forms: [], fuzzy: false };
      field = { msgctxt: "context", msgid: "id", msgid_plural: "plural" }[match[1]] ?? Number(match[2] ?? 0);
      if (typeof field === "number") entry.forms[field] = quoted(match[3]);
      else entry[field] = quoted(match[3]);
    } else if (line.startsWith('"') && entry) {
      if (typeof field === "number") entry.forms[field] += quoted(line);
      else entry[field] += quoted(line);
    } else {
      throw new Error(`A line of a message catalogue cannot be read: ${line}`);
    }
  }
  return found;
}

// The bytes of a GNU .mo file: a header, two tables of (length, offset), then the strings.
export function moBytes(entries) {
  const sorted = entries
    .map(([key, value]) => [Buffer.from(key), Buffer.from(value)])
    .sort((a, b) => Buffer.compare(a[0], b[0]));
  const tables = Buffer.alloc(28 + sorted.length * 16);
  [0x950412de, 0, sorted.length, 28, 28 + sorted.length * 8, 0, 0].forEach((word, i) => tables.writeUInt32LE(word, i * 4));
  const strings = [];
  let offset = tables.length;
  for (const column of [0, 1]) {
    sorted.forEach((pair, row) => {
      const at = 28 + column * sorted.length * 8 + row * 8;
      tables.writeUInt32LE(pair[column].length, at);
      tables.writeUInt32LE(offset, at + 4);
      strings.push(pair[column], Buffer.from([0]));
      offset += pair[column].length + 1;
    });
  }
  return Buffer.concat([tables, ...strings]);
}

const HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n";

// Merges the catalogues of each language, one file per area; two translations of one message are refused.
export function compileMessages(folder) {
  let count = 0;
  for (const language of readdirSync(folder).filter((name) => /^[a-z]{2}$/.test(name))) {
    const merged = new Map();
    const catalogues = readdirSync(join(folder, language), { recursive: true }).filter((name) => name.endsWith(".po"));
    for (const file of catalogues.sort()) {
      for (const [key, value] of entriesOf(readFileSync(join(folder, language, file), "utf8"))) {
        if (key !== "" && merged.has(key) && merged.get(key) !== value) {
          throw new Error(`${language}/${file} translates "${key}" otherwise than another catalogue does.`);
        }
        if (key !== "") merged.set(key, value);
      }
    }
    const target = join(folder, language, "LC_MESSAGES");
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, "django.mo"), moBytes([["", HEADER], ...merged]));
    count += merged.size;
  }
  return count;
}
