import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { expect } from "vitest";
import { freePort } from "./free-port.ts";
import { root } from "./root.ts";
import { type Ran, run } from "./run.ts";
import { entriesOf, workspaces } from "./workspace.ts";

// The rows of docs/works-with.md, each with what shows that it is true. works-with.long.test.ts runs them.

/** What a row runs in: a folder with all packages of ours, installed, and servers that take mail. */
export interface Place {
  readonly folder: string;
  /** For the program: where the servers are. */
  readonly env: Readonly<Record<string, string>>;
  readonly smtp: SmtpServer;
  /** Runs npm in a folder below the place, which is made; once a folder. */
  install(folder: string, ...packages: string[]): Promise<void>;
  close(): Promise<void>;
}

export interface Row {
  readonly group:
    | "Programs"
    | "TypeScript"
    | "Tests"
    | "Bundlers and frameworks"
    | "Other runtimes"
    | "nodemailer";
  readonly where: string;
  /** The versions that were run, exact. */
  readonly versions: string;
  /** The one line that makes it work; absent where it works as it is. */
  readonly line?: string;
  run(place: Place): Promise<void>;
}

/** What the rows use of tools, besides what they install themselves. */
export const tools: readonly string[] = [
  "@types/node@22.20.5",
  "bun@1.4.5",
  "deno@2.9.6",
  "esbuild@0.28.2",
  "node22@npm:node@22.13.0",
  "webpack@5.113.0",
  ...["5.6.3", "5.9.3", "7.0.2"].map((version) => `typescript-${version}@npm:typescript@${version}`),
];

/** The servers of the rows, and what tells a program where they are. */
export async function place(folder: string, install: Place["install"]): Promise<Place> {
  const [smtp, gone, ses]: [SmtpServer, SmtpServer, SesServer] = await Promise.all([
    smtpServer(),
    smtpServer(),
    sesServer(),
  ]);
  await gone.down();
  const env = {
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    DOWN_PORT: String(gone.port),
    AWS_SES_ENDPOINT: ses.endpoint,
    AWS_SES_REGION: "eu-west-1",
    AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SES_SECRET_ACCESS_KEY: "secret",
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const close = async (): Promise<void> => {
    await Promise.all([smtp, gone, ses].map((server) => server.close()));
  };
  return { folder, env, smtp, install, close };
}

const mail = `{ from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" }`;

/** A chain that sends, one that falls back, `sendEmail`, and a message that is refused. It ends without `close`. */
const body = `
async function main() {
  const { SMTP_HOST: host, SMTP_PORT, DOWN_PORT, AWS_SES_ENDPOINT: endpoint } = process.env;
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const providers = [smtp({ host, port: Number(DOWN_PORT) }), ses({ region: "eu-west-1", endpoint, credentials })];
  const first = await createChain([smtp({ host, port: Number(SMTP_PORT) })]).send(${mail});
  const second = await createChain(providers).send(${mail});
  const third = await sendEmail(${mail});
  const refused = await createChain(providers).send({ ...${mail}, subject: "a\\nBcc: eve@example.net" });
  return [first, second, third, refused].map((one) => one.error ?? one.provider).concat(second.attempts[0].reason).join(" · ");
}
`;
const result =
  "SMTP · SES · SMTP · message: subject: contains a line break that would begin another header · connection refused";
const imports = `import { createChain, sendEmail, ses, smtp } from "relais";\n`;
const requires = `const { createChain, sendEmail, ses, smtp } = require("relais");\n`;
const print = `main().then((text) => console.log(text));\n`;
const programs = { "app.mjs": imports + body + print, "app.cjs": requires + body + print };

/** Writes files below the place's folder, and gives back the first one's path. */
function write(at: Place, folder: string, files: Readonly<Record<string, string>>): string {
  const paths = Object.entries(files).map(([name, text]) => {
    const path = join(at.folder, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
  return paths[0] as string;
}

/** A program, made executable by its package, of the folder or one above it. */
const binary = (at: Place, folder: string, name: string): string => {
  const own = join(at.folder, folder, "node_modules/.bin", name);
  return existsSync(own) ? own : join(at.folder, "node_modules/.bin", name);
};

async function runs(
  at: Place,
  program: string,
  args: readonly string[],
  folder = ".",
  env = {},
): Promise<Ran> {
  const cwd = join(at.folder, folder);
  const ran = await run(program, args, { cwd, env: { ...at.env, ...env }, timeoutMs: 200_000 });
  expect(ran.code, ran.said).toBe(0);
  return ran;
}

async function prints(at: Place, program: string, ...args: string[]): Promise<void> {
  expect((await runs(at, program, args)).stdout.trim()).toBe(result);
}

const node = process.execPath;
const node22 = (at: Place): string => join(at.folder, "node_modules/node22/bin/node");

const inNode: readonly Row[] = [
  {
    group: "Programs",
    where: "ES modules: `import`",
    versions: "Node.js 22.13.0, 24.21.0",
    run: async (at) => {
      write(at, ".", programs);
      for (const version of [node, node22(at)]) await prints(at, version, "app.mjs");
    },
  },
  {
    group: "Programs",
    where: "CommonJS: `require`",
    versions: "Node.js 22.13.0, 24.21.0",
    run: async (at) => {
      write(at, ".", programs);
      for (const version of [node, node22(at)]) await prints(at, version, "app.cjs");
      // Where `require` gets no ES module.
      await prints(at, node, "--no-experimental-require-module", "app.cjs");
    },
  },
  {
    group: "Programs",
    where: "both in one process",
    versions: "Node.js 24.21.0",
    run: async (at) => {
      const program = write(at, ".", {
        "both.cjs": `
          const copy = require("@relais/core/spi");
          (async () => {
            const core = await import("@relais/core/spi");
            const { createChain } = await import("@relais/core");
            const { smtp } = require("@relais/smtp");
            const refused = await copy.createMessage({}).catch((error) => error);
            const message = await copy.createMessage(${mail});
            const chain = createChain([smtp({ host: process.env.SMTP_HOST, port: Number(process.env.SMTP_PORT) })]);
            const { messageId } = await chain.send(message);
            console.log(core === copy || core.createMessage === copy.createMessage, refused instanceof core.InvalidMessage,
              (await core.createMessage(message)) === message, messageId === message.messageId);
          })();`,
      });
      const one = await runs(at, node, [program]);
      expect(one.stdout.trim()).toBe("true true true true");
      // Two copies of everything: they know each other's errors and messages.
      const two = await runs(at, node, ["--no-experimental-require-module", program]);
      expect(two.stdout.trim()).toBe("false true true true");
    },
  },
  {
    group: "Programs",
    where: "AWS Lambda: frozen, and thawed when the server has closed the connections",
    versions: "Node.js 24.21.0",
    run: frozenAndThawed,
  },
];

async function frozenAndThawed(at: Place): Promise<void> {
  const server = await smtpServer();
  const program = write(at, ".", {
    "lambda.mjs": `
      import { createInterface } from "node:readline";
      import { createChain, smtp } from "relais";
      const chain = createChain([smtp({ host: "127.0.0.1", port: ${server.port} })]);
      for await (const _ of createInterface({ input: process.stdin })) {
        const { status, attempts } = await chain.send(${mail});
        console.log(status, attempts.length);
      }`,
  });
  const child = spawn(node, [program], { cwd: at.folder, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const invoke = async (): Promise<unknown> => {
    child.stdin.write("\n");
    return (await lines.next()).value;
  };
  try {
    expect(await invoke()).toBe("sent 1");
    child.kill("SIGSTOP");
    await server.down();
    await server.up();
    child.kill("SIGCONT");
    expect(await invoke()).toBe("sent 1");
    expect(server.accepted).toHaveLength(2);
  } finally {
    child.kill("SIGKILL");
    await server.close();
  }
}

/** Every entry point of every package. */
const entryPoints = workspaces("packages").flatMap(({ manifest }) =>
  Object.keys(entriesOf(manifest)).map((entry) =>
    entry === "index" ? manifest.name : `${manifest.name}/${entry}`,
  ),
);
const typed = [
  ...entryPoints.map((name, n) => `import * as p${n} from "${name}";`),
  ...entryPoints.map(
    (_, n) => `// @ts-expect-error: a module is no number\nexport const n${n}: number = p${n};`,
  ),
].join("\n");

function typescript(version: string, resolution: string, module: string): Row {
  const isNode = resolution.startsWith("node") && resolution !== "node10";
  return {
    group: "TypeScript",
    where: `\`moduleResolution: ${resolution}\`, \`module: ${module}\``,
    versions: version,
    run: async (at) => {
      const folder = `typescript-${version}-${resolution}-${module}`;
      const files = isNode ? { "all.mts": typed, "all.cts": typed } : { "all.ts": typed };
      write(at, folder, files);
      const tsc = join(at.folder, "node_modules", `typescript-${version}`, "bin/tsc");
      const kind = ["--module", module, "--moduleResolution", resolution, "--types", "node"];
      const how = ["--noEmit", "--strict", "--target", "es2022", "--skipLibCheck", ...kind];
      await runs(at, node, [tsc, ...how, ...Object.keys(files)], folder);
    },
  };
}

const inTypeScript: readonly Row[] = [
  ...["5.6.3", "5.9.3"].flatMap((version) => [
    typescript(version, "node10", "commonjs"),
    typescript(version, "node16", "node16"),
    typescript(version, "nodenext", "nodenext"),
    typescript(version, "bundler", "esnext"),
  ]),
  typescript("7.0.2", "node16", "node16"),
  typescript("7.0.2", "nodenext", "nodenext"),
  typescript("7.0.2", "bundler", "esnext"),
  typescript("7.0.2", "bundler", "commonjs"),
];

const assertion = `\ntest("it sends", async () => { expect(await main()).toBe(${JSON.stringify(result)}); });\n`;

/** @param versions of Jest first, then of what transforms */
function jest(
  where: string,
  versions: readonly string[],
  file: string,
  {
    options = {},
    line,
    env,
    tests,
  }: { options?: object; line?: string; env?: Record<string, string>; tests?: string } = {},
): Row {
  return {
    group: "Tests",
    where: `Jest, ${where}`,
    versions: versions.join(", "),
    ...(line === undefined ? {} : { line }),
    run: async (at) => {
      const major = `jest-${versions[0]?.split(" ").at(-1)?.split(".")[0]}`;
      await at.install(
        major,
        ...["29.7.0", "30.5.2"].filter((one) => versions[0]?.endsWith(one)).map((one) => `jest@${one}`),
        ...[
          "ts-jest@29.4.15",
          "typescript@5.9.3",
          "@swc/jest@0.2.39",
          "@swc/core@1.16.22",
          "@types/node@22.20.5",
        ],
      );
      const start = file.endsWith(".cjs")
        ? requires
        : `${file.endsWith(".ts") ? "// @ts-nocheck\n" : ""}${imports}`;
      const compilerOptions = { module: "commonjs", target: "es2022", types: ["node"], skipLibCheck: true };
      write(at, major, {
        [file]: tests ?? start + body + assertion,
        "tsconfig.json": JSON.stringify({ compilerOptions }),
        [`${file}.json`]: JSON.stringify({ testMatch: [`**/${file}`], rootDir: ".", ...options }),
      });
      await runs(at, binary(at, major, "jest"), ["--config", `${file}.json`], major, env);
    },
  };
}

/** `loadChain` with names, from a file and from a plugin beside it; and what the application sends, captured. */
const inJest = `
const { captureChain } = require("@relais/testing");
const { loadChain, setEmailChain, sendEmail } = require("relais");
const { writeFileSync } = require("node:fs");
test("what is sent is captured", async () => {
  const chain = captureChain();
  setEmailChain(chain);
  await sendEmail({ ...${mail}, html: "<b>Hello</b>", attachments: [{ filename: "a.txt", content: "a" }] });
  setEmailChain(undefined);
  expect(chain).toHaveSent({ to: "ann@example.net", body: "Hello", times: 1 });
  expect(chain.last.attachment("a.txt").content.toString()).toBe("a");
});
test("a chain is loaded", async () => {
  const smtp = { use: "smtp", options: { host: process.env.SMTP_HOST, port: Number(process.env.SMTP_PORT) } };
  const others = [
    { use: "ses", options: { region: "eu-west-1" } },
    { use: "http", options: { api: "postmark", serverToken: "t" } },
    { use: "./plugin.cjs" },
  ];
  const config = { chain: [smtp, ...others] };
  writeFileSync("plugin.cjs", "module.exports = () => ({ id: 'OWN', send() {} })");
  writeFileSync("chain.yaml", JSON.stringify(config));
  writeFileSync("chain.js", "module.exports = " + JSON.stringify(config));
  for (const options of [{ config }, { file: "chain.yaml" }, { file: "chain.js" }]) {
    const chain = await loadChain(options);
    expect(await chain.send(${mail})).toMatchObject({ success: true, provider: "SMTP" });
    await chain.close();
  }
  writeFileSync("torn.cjs", "throw new Error('torn apart')");
  const torn = loadChain({ config: { chain: [{ use: "./torn.cjs" }] } });
  await expect(torn).rejects.toThrow('"./torn.cjs" cannot be loaded: torn apart');
});
`;
const onPglite = `
const { captureChain } = require("@relais/testing");
const { createOutbox, createWorker } = require("@relais/outbox");
test("mail goes through an outbox", async () => {
  const outbox = await createOutbox({ folder: "outbox" });
  const chain = captureChain();
  const worker = createWorker(outbox, chain);
  await worker.start();
  await outbox.enqueue(${mail});
  expect(await chain.next()).toMatchObject({ subject: "Hello" });
  await worker.stop();
  await outbox.close();
}, 60_000);
`;

const vmModules = "NODE_OPTIONS=--experimental-vm-modules";
const inTests: readonly Row[] = [
  {
    group: "Tests",
    where: "Vitest",
    versions: "5.1.1",
    run: async (at) => {
      const vitest = join(root, "node_modules/vitest/vitest.mjs");
      write(at, "vitest", {
        "it.test.js": `import { expect, test } from "vitest";\n${imports}${body}${assertion}`,
      });
      await runs(at, node, [vitest, "run", "--root", ".", "--globals"], "vitest");
    },
  },
  ...["29.7.0", "30.5.2"].flatMap((version) => [
    jest("`require` in its default configuration (babel-jest)", [version], "default.test.cjs"),
    jest("`import` by @swc/jest", [version, "@swc/jest 0.2.39"], "swc.test.js", {
      options: { transform: { "\\.js$": "@swc/jest" } },
    }),
    jest("`import` by ts-jest", [version, "ts-jest 29.4.15"], "typed.test.ts", {
      options: { transform: { "\\.ts$": "ts-jest" } },
    }),
    jest("`@relais/testing/jest` in `setupFilesAfterEnv`, `loadChain`", [version], "capture.test.cjs", {
      options: { setupFilesAfterEnv: ["@relais/testing/jest"] },
      tests: inJest,
    }),
    jest("`@relais/outbox` on PGlite", [version], "pglite.test.cjs", {
      line: `\`${vmModules}\`, since PGlite imports`,
      env: { NODE_OPTIONS: "--experimental-vm-modules" },
      tests: onPglite,
    }),
    jest("ES modules", [version], "module.test.mjs", {
      line: `\`${vmModules}\`, which Jest asks for`,
      env: { NODE_OPTIONS: "--experimental-vm-modules" },
    }),
  ]),
];

function esbuild(format: "esm" | "cjs", what: string, options: readonly string[], line?: string): Row {
  return {
    group: "Bundlers and frameworks",
    where: `esbuild, \`--platform=node --format=${format}\`${what}`,
    versions: "0.28.2",
    ...(line === undefined ? {} : { line }),
    run: async (at) => {
      const out = `esbuild/${what === "" ? "ses" : "smtp"}.${format === "esm" ? "mjs" : "cjs"}`;
      const source = what === "" ? programs["app.mjs"] : smtpAlone;
      write(at, ".", { [`${out}.entry.mjs`]: source });
      const how = [
        "--bundle",
        "--platform=node",
        `--format=${format}`,
        `--outfile=${out}`,
        "--log-level=warning",
      ];
      const { said } = await runs(at, binary(at, ".", "esbuild"), [`${out}.entry.mjs`, ...how, ...options]);
      expect(said).toBe("");
      const { stdout } = await runs(at, node, [out]);
      expect(stdout.trim()).toBe(what === "" ? result : "SMTP");
    },
  };
}
const smtpAlone = `
import { createChain } from "@relais/core";
import { smtp } from "@relais/smtp";
const chain = createChain([smtp({ host: process.env.SMTP_HOST, port: Number(process.env.SMTP_PORT) })]);
chain.send(${mail}).then(({ provider }) => console.log(provider));
`;

const mainFields = "--main-fields=module,main";
const inBundles: readonly Row[] = [
  esbuild("esm", ", `@relais/smtp`", []),
  esbuild("esm", "", [mainFields], `\`${mainFields}\`, for the AWS client`),
  esbuild("cjs", "", []),
  {
    group: "Bundlers and frameworks",
    where: 'webpack, `target: "node"`',
    versions: "5.113.0",
    run: async (at) => {
      const entry = write(at, "webpack", { "entry.mjs": programs["app.mjs"] });
      const webpack = createRequire(entry)("webpack");
      const output = { path: join(at.folder, "webpack/out"), filename: "app.js" };
      const options = {
        mode: "production",
        target: "node",
        entry,
        output,
        optimization: { minimize: false },
      };
      const errors = await new Promise((resolve) => {
        webpack(options, (failed: unknown, stats: { toJson(): { errors: unknown[] } }) =>
          resolve(failed ?? stats.toJson().errors),
        );
      });
      expect(errors).toEqual([]);
      await prints(at, node, "webpack/out/app.js");
    },
  },
  next("`sendEmail`", `sendEmail(${mail})`),
  next("`loadChain`", `sendByConfiguration()`, 'serverExternalPackages: ["relais"]'),
];

function next(what: string, call: string, line?: string): Row {
  return {
    group: "Bundlers and frameworks",
    where: `Next.js, ${what} in a route handler`,
    versions: "16.4.6",
    ...(line === undefined ? {} : { line: `\`${line}\` in next.config` }),
    run: async (at) => {
      const folder = `next-${line === undefined ? "plain" : "external"}`;
      await at.install("next", "next@16.4.6", "react@19.3.1", "react-dom@19.3.1");
      const app = join("next", folder);
      write(at, app, {
        "package.json": JSON.stringify({ name: folder, private: true }),
        "next.config.mjs": `export default { turbopack: { root: ${JSON.stringify(at.folder)} }, ${line ?? ""} };`,
        "app/layout.js": "export default ({ children }) => <html lang='en'><body>{children}</body></html>;",
        "app/send/route.js": `
          import { loadChain, sendEmail } from "relais";
          export const dynamic = "force-dynamic";
          async function sendByConfiguration() {
            const options = { host: process.env.SMTP_HOST, port: Number(process.env.SMTP_PORT) };
            const chain = await loadChain({ config: { chain: [{ use: "smtp", options }] } });
            return chain.send(${mail});
          }
          export async function GET() {
            return Response.json(await ${call});
          }`,
      });
      const command = join(at.folder, "next/node_modules/next/dist/bin/next");
      await runs(at, node, [command, "build"], app);
      const port = await freePort();
      const cwd = join(at.folder, app);
      const server = spawn(node, [command, "start", "-p", String(port)], {
        cwd,
        env: { ...process.env, ...at.env },
      });
      try {
        const lines = createInterface({ input: server.stdout });
        for await (const text of lines) if (text.includes("Ready")) break;
        const sent = await (await fetch(`http://127.0.0.1:${port}/send`)).json();
        expect(sent).toMatchObject({ success: true, provider: "SMTP" });
      } finally {
        server.kill("SIGKILL");
        await once(server, "exit");
      }
    },
  };
}

const inOtherRuntimes: readonly Row[] = [
  {
    group: "Other runtimes",
    where: "Bun",
    versions: "1.4.5",
    run: async (at) => {
      write(at, ".", programs);
      for (const file of ["app.mjs", "app.cjs"]) await prints(at, binary(at, ".", "bun"), file);
    },
  },
  {
    group: "Other runtimes",
    where: "Deno",
    versions: "2.9.6",
    line: "`deno run -A`, or `--allow-net --allow-read --allow-env --allow-sys`",
    run: async (at) => {
      write(at, ".", programs);
      const allowed = ["--allow-net", "--allow-read", "--allow-env", "--allow-sys"];
      for (const flags of [["-A"], allowed])
        await prints(at, binary(at, ".", "deno"), "run", ...flags, "app.mjs");
    },
  },
];

/** `relaisTransport` and `nodemailerProvider`, with files, a plain and a pooled transport; types as its users have them. */
const withNodemailer = `
import { writeFileSync } from "node:fs";
import { createChain } from "@relais/core";
import { nodemailerProvider, relaisTransport } from "@relais/nodemailer";
import { smtp } from "@relais/smtp";
import nodemailer from "nodemailer";

const where = { host: String(process.env.SMTP_HOST), port: Number(process.env.SMTP_PORT) };
writeFileSync("note.txt", String(process.env.NOTE));
const chain = createChain([smtp(where)]);
const transporter = nodemailer.createTransport(relaisTransport(chain));
const mail = { ...${mail}, attachments: [{ path: "note.txt" }, { filename: "b.txt", content: "b" }] };
const info = await transporter.sendMail(mail);
const refused = await transporter.sendMail({ ...mail, disableFileAccess: true }).catch((error) => error.message);
const pooled = createChain([nodemailerProvider({ transport: { ...where, ignoreTLS: true, pool: true } })]);
const plain = createChain([nodemailerProvider({ transport: nodemailer.createTransport({ ...where, ignoreTLS: true }) })]);
const others = [await pooled.send(${mail}), await plain.send(${mail})];
console.log(info.accepted.length, await transporter.verify(), refused, ...others.map((one) => one.status));
await Promise.all([chain, pooled, plain].map((one) => one.close()));
`;

async function usesNodemailer(at: Place, folder: string, version: string): Promise<void> {
  write(at, folder, { "app.mts": withNodemailer });
  const note = `from ${folder}`;
  const { stdout } = await runs(at, node, ["app.mts"], folder, { NOTE: note });
  expect(stdout.trim()).toMatch(/^1 true File access rejected for \S*note\.txt sent sent$/);
  const attached = Buffer.from(note).toString("base64");
  expect(at.smtp.accepted.filter(({ data }) => data.includes(attached))).toHaveLength(1);
  const installed = readFileSync(join(at.folder, folder, "node_modules/nodemailer/package.json"), "utf8");
  expect(JSON.parse(installed).version).toBe(version);
}

function peer(version: string, types?: string): Row {
  return {
    group: "nodemailer",
    where: "`@relais/nodemailer`",
    versions: `nodemailer ${version}${types === undefined ? "" : `, @types/nodemailer ${types}`}`,
    run: async (at) => {
      const folder = `nodemailer-${version}`;
      const declared = types === undefined ? [] : [`@types/nodemailer@${types}`];
      const ours = ["@relais/core", "@relais/nodemailer", "@relais/smtp"];
      const packages = [...ours, `nodemailer@${version}`, ...declared];
      await at.install(folder, ...packages);
      await usesNodemailer(at, folder, version);
      // pnpm, too, for the oldest: its peers stand beside another nodemailer, which composes.
      if (version.startsWith("6.")) {
        const npmrc = readFileSync(join(at.folder, folder, ".npmrc"), "utf8");
        write(at, `${folder}-pnpm`, { ".npmrc": npmrc, "package.json": "{}" });
        await runs(at, "npm", ["exec", "--yes", "--", "pnpm@12.21.0", "add", ...packages], `${folder}-pnpm`);
        await usesNodemailer(at, `${folder}-pnpm`, version);
      }
      const how = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--skipLibCheck"];
      const tsc = join(root, "node_modules/.bin/tsc");
      const found = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
      await runs(at, tsc, [...how, ...found, "app.mts"], folder);
    },
  };
}

const besideNodemailer: readonly Row[] = [
  peer("6.9.16", "6.4.17"),
  peer("7.0.13", "7.0.12"),
  peer("8.0.11", "8.0.2"),
  peer("9.1.1", "8.0.2"),
  peer("10.6.0"),
];

export const rows: readonly Row[] = [
  ...inNode,
  ...inTypeScript,
  ...inTests,
  ...inBundles,
  ...inOtherRuntimes,
  ...besideNodemailer,
];

/** The page that the rows make. @param date of the day on which they were run, ISO 8601 */
export function worksWithPage(date: string): string {
  const groups = [...new Set(rows.map(({ group }) => group))].map((group) => {
    const lines = rows
      .filter((row) => row.group === group)
      .map(({ where, versions, line }) => `| ${where} | ${versions} | ${line ?? "none"} |`);
    return `## ${group}\n\n| where | version | setup needed |\n| --- | --- | --- |\n${lines.join("\n")}\n`;
  });
  return `# Works with

Every row is run with the packed packages, installed as you install them: \`test/works-with.long.test.ts\`, which also writes
this page. It was written on ${date}.

The packages hold ES modules and CommonJS, with types for both. Node.js 22.13 or newer is needed. A process ends as soon as
nothing is under way, with or without \`close\`.

${groups.join("\n")}`;
}
