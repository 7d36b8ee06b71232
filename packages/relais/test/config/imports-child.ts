// Changes what a configuration imports, in every way, and reloads it: in a Node.js of its own, whose loader is meant.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadChain } from "relais";

const root = mkdtempSync(join(tmpdir(), "relais-imports-"));
const one = "one.example.org";
const two = "two.example.org";

/** How a configuration comes to its host: its text, and the files behind it, of which the last is changed. */
const ways: Record<string, (folder: string) => [string, Record<string, string>]> = {
  "a module": () => [
    `import { host } from "./shared.mjs";`,
    { "shared.mjs": `export const host = "${one}";` },
  ],
  TypeScript: () => [
    `import { host } from "./shared.ts";`,
    { "shared.ts": `export const host = "${one}" as string;` },
  ],
  "a module that imports another": () => [
    `import { host } from "./lib/a.mjs";`,
    { "lib/a.mjs": `export * from "../b.mjs";`, "b.mjs": `export const host = "${one}";` },
  ],
  "two that import each other": () => [
    `import { host } from "./a.mjs";`,
    { "a.mjs": `import "./b.mjs"; export const host = "${one}";`, "b.mjs": `import "./a.mjs";` },
  ],
  "import()": () => [
    `const { host } = await import("./shared.mjs");`,
    { "shared.mjs": `export const host = "${one}";` },
  ],
  JSON: () => [
    `import shared from "./shared.json" with { type: "json" }; const { host } = shared;`,
    { "shared.json": `{ "host": "${one}" }` },
  ],
  CommonJS: () => [
    `import shared from "./shared.cjs"; const { host } = shared;`,
    { "shared.cjs": `module.exports = { host: "${one}" };` },
  ],
  "CommonJS that requires another": () => [
    `import shared from "./shared.cjs"; const { host } = shared;`,
    { "shared.cjs": `module.exports = require("./deep.cjs");`, "deep.cjs": `exports.host = "${one}";` },
  ],
  createRequire: () => [
    `import { createRequire } from "node:module"; const { host } = createRequire(import.meta.url)("./shared.cjs"); import "./shared.cjs";`,
    { "shared.cjs": `exports.host = "${one}";` },
  ],
  "the package's own imports": () => [
    `import { host } from "#shared";`,
    {
      "package.json": `{ "type": "module", "imports": { "#shared": "./shared.mjs" } }`,
      "shared.mjs": `export const host = "${one}";`,
    },
  ],
  "a URL": (folder) => [
    `import { host } from ${JSON.stringify(pathToFileURL(join(folder, "a shared.mjs")).href)};`,
    { "a shared.mjs": `export const host = "${one}";` },
  ],
};

/** How a file becomes another. */
const changes: Record<string, (path: string, text: string) => void> = {
  "written over, with its old time": (path, text) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(path, text);
    utimesSync(path, atime, mtime);
  },
  "replaced by another": (path, text) => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  },
};

const say = (line: unknown): void => console.log(JSON.stringify(line));
const hostOf = (chain: { effective(): unknown }): unknown =>
  (chain.effective() as { chain: { options: { host: string } }[] }).chain[0]?.options.host;
const counted = globalThis as { evaluated?: number; ofPackage?: number };

let n = 0;
for (const [way, filesOf] of Object.entries(ways)) {
  for (const name of ["relais.config.ts", "relais.config.mjs"]) {
    for (const [change, apply] of Object.entries(changes)) {
      const folder = join(root, String(n++));
      const [imports, files] = filesOf(folder);
      const config = `import "counts"; ${imports}\nglobalThis.evaluated = (globalThis.evaluated ?? 0) + 1;
        export default { chain: [{ use: "smtp", options: { host } }] };\n`;
      const all: Record<string, string> = {
        "package.json": `{ "type": "module" }`,
        "node_modules/counts/package.json": `{ "type": "module", "main": "index.js" }`,
        "node_modules/counts/index.js": `globalThis.ofPackage = (globalThis.ofPackage ?? 0) + 1;`,
        ...files,
        [name]: config,
      };
      for (const [file, text] of Object.entries(all)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      }
      counted.evaluated = 0;
      counted.ofPackage = 0;
      const chain = await loadChain({ file: join(folder, name) });
      const hosts = [hostOf(chain)];
      await chain.reload(); // Nothing has changed.
      hosts.push(hostOf(chain));
      const unchanged = counted.evaluated;
      const changed = Object.keys(files).find((file) => files[file]?.includes(`"${one}"`)) as string;
      const path = join(folder, changed);
      const text = readFileSync(path, "utf8");
      apply(path, text.replace(one, two));
      await chain.reload();
      hosts.push(hostOf(chain));
      // What is wrong leaves the old one in place, and what is right again is read.
      apply(path, "{ ( no language");
      const wrong = await chain.reload().then(
        () => "taken",
        (error: Error) =>
          /\.config\.\w+ cannot be read: [^\n]*\.$/.test(error.message) ? "said" : error.message,
      );
      hosts.push(hostOf(chain));
      apply(path, text);
      await chain.reload();
      hosts.push(hostOf(chain));
      say({ way, name, change, hosts, unchanged, wrong, ofPackage: counted.ofPackage });
      await chain.close();
    }
  }
}

// A plugin beside the configuration, and what it imports.
const folder = join(root, "plugin");
mkdirSync(folder);
const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
write("relais.config.json", JSON.stringify({ chain: [{ use: "./own.mjs" }] }));
write("reason.mjs", `export const reason = "first";`);
write(
  "own.mjs",
  `import { reason } from "./reason.mjs";
  export default { contract: 1, name: "own",
    options: { "~standard": { version: 1, vendor: "own", validate: (value) => ({ value }) } },
    create: () => ({ id: "OWN", send: async () => ({ success: false, provider: "OWN", kind: "refused", reason }) }),
  };`,
);
const chain = await loadChain({ file: join(folder, "relais.config.json") });
const mail = { from: "a@example.org", to: "b@example.net", subject: "x", text: "y" };
const reasonOf = async (): Promise<unknown> => {
  const delivery = await chain.send(mail);
  return delivery.success ? "sent" : delivery.error;
};
const reasons = [await reasonOf()];
write("reason.mjs", `export const reason = "second";`);
await chain.reload();
reasons.push(await reasonOf());
say({ reasons });
await chain.close();
rmSync(root, { recursive: true });
