import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../repo/root.ts";
import { run } from "../../repo/run.ts";

/** A server of a chain, and the login there. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly auth: { readonly user: string; readonly pass: string };
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
}

export interface FailoverOptions {
  readonly primary: MailServer;
  readonly secondary: MailServer;
  /** For every time-out that the library has for connecting and for a reply, ms. */
  readonly timeoutMs: number;
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** `unknown`: perhaps. */
export type Reported = "sent" | "failed" | "unknown";

/** What a library says of one mail, in words that all libraries share. */
export interface Report {
  readonly reported: Reported;
  /** By recipient, where the library says so; the others are as `reported`. */
  readonly recipients?: Readonly<Record<string, Reported>>;
  readonly provider?: string;
  /** The library's own words. */
  readonly detail: string;
}

/** Two servers behind one call, the second for when the first does not take a mail. */
export interface Failover {
  /** Never rejects. */
  send(mail: Mail): Promise<Report>;
  close(): Promise<void>;
}

/** Imports a package of the folder that a peer is installed in. */
export type Load = <T>(name: string) => Promise<T>;

/** A library, as its own documentation sets it up. */
export interface Peer {
  readonly id: string;
  readonly title: string;
  /** Exact versions, installed into a folder of their own; none for Relais, which runs from source. */
  readonly packages: Readonly<Record<string, string>>;
  /** How it is set up here, and where its documentation says so. Markdown. */
  readonly setup: string;
  /** What is different by intent. Markdown. */
  readonly notes: readonly string[];
  makeFailover(options: FailoverOptions, load: Load): Promise<Failover>;
}

/** Installs the packages of a peer, if they are not there yet, and gives back what imports them. */
export async function install({ packages }: Pick<Peer, "packages">): Promise<Load> {
  const names = Object.keys(packages);
  if (names.length === 0) return (name) => import(name);
  const folder = join(root, ".test-results/peers", names.join("+").replaceAll("/", "-"));
  const manifest = JSON.stringify({ private: true, dependencies: packages });
  const marker = join(folder, "installed.json");
  if (!existsSync(marker) || readFileSync(marker, "utf8") !== manifest) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), manifest);
    writeFileSync(join(folder, "load.mjs"), "export const load = (name) => import(name);\n");
    // Exact versions are asked for, also where a package of theirs declares another peer.
    const args = [
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--legacy-peer-deps",
      "--prefer-offline",
    ];
    const { code, said } = await run("npm", args, { cwd: folder, timeoutMs: 300_000 });
    if (code !== 0) throw new Error(`npm install of ${names.join(", ")} failed: ${said}`);
    writeFileSync(marker, manifest);
  }
  const module = (await import(pathToFileURL(join(folder, "load.mjs")).href)) as { load: Load };
  return module.load;
}

/** The words of an error, in one line. */
export const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").slice(0, 300);
