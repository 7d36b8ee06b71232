import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeWords } from "@relais/core/spi";

/** What is kept of a mail besides its bytes. */
export interface KeptMail {
  readonly id: string;
  /** When it came in, ISO 8601. */
  readonly at: string;
  /** The envelope's sender. */
  readonly from: string;
  /** The envelope's recipients, those of Bcc included. */
  readonly to: readonly string[];
  /** As it is shown; `""` if there is none. */
  readonly subject: string;
  /** Bytes of the whole mail. */
  readonly size: number;
}

/** A folder of mails: for each its bytes in `ID.eml`, and in `ID.json` what does not stand in them. */
export interface MailFolder {
  readonly path: string;
  /** Keeps a mail, and deletes the oldest that are too many. */
  keep(mail: {
    readonly from: string;
    readonly to: readonly string[];
    readonly bytes: Buffer;
  }): Promise<KeptMail>;
  /** The newest first. */
  list(): Promise<readonly KeptMail[]>;
  /** The bytes of a mail; `undefined` if it is not there. */
  read(id: string): Promise<Buffer | undefined>;
  clear(): Promise<void>;
}

/** Where development mail is kept, unless a folder is named. */
export const standardFolder = ".relais/mail";
export const standardMost = 200;

const idPattern = /^[\dT-]+Z-[\da-f]{8}$/;

/** @param most how many mails are kept */
export function mailFolder(path: string, most: number = standardMost): MailFolder {
  const at = (id: string, extension: "eml" | "json" | "part"): string => join(path, `${id}.${extension}`);
  // What was read once does not change.
  let known = new Map<string, KeptMail>();

  const ids = async (): Promise<string[]> => {
    const names = await readdir(path).catch(() => []);
    const found = names
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length));
    return found
      .filter((id) => idPattern.test(id))
      .sort()
      .reverse();
  };
  const remove = async (some: readonly string[]): Promise<void> => {
    for (const id of some) {
      await rm(at(id, "json"), { force: true });
      await rm(at(id, "eml"), { force: true });
    }
  };
  const readMail = async (id: string): Promise<KeptMail | undefined> => {
    try {
      const mail = JSON.parse(await readFile(at(id, "json"), "utf8")) as KeptMail;
      return { ...mail, id };
    } catch {
      // Deleted meanwhile, or not ours.
      return undefined;
    }
  };

  return {
    path,
    async keep({ from, to, bytes }) {
      await mkdir(path, { recursive: true, mode: 0o700 });
      await writeFile(join(path, ".gitignore"), "*\n", { flag: "wx" }).catch(() => undefined);
      const now = new Date().toISOString();
      // By time: names are in the order in which the mails came.
      const id = `${now.replaceAll(/[:.]/g, "-")}-${randomBytes(4).toString("hex")}`;
      const mail: KeptMail = { id, at: now, from, to, subject: subjectOf(bytes), size: bytes.length };
      // Mails may hold codes and links: they are for this user alone. Whoever sees the JSON finds the bytes.
      await writeFile(at(id, "eml"), bytes, { mode: 0o600 });
      await writeFile(at(id, "part"), `${JSON.stringify(mail, undefined, 2)}\n`, { mode: 0o600 });
      await rename(at(id, "part"), at(id, "json"));
      await remove((await ids()).slice(most));
      return mail;
    },
    async list() {
      const mails = new Map<string, KeptMail>();
      for (const id of (await ids()).slice(0, most)) {
        const mail = known.get(id) ?? (await readMail(id));
        if (mail !== undefined) mails.set(id, mail);
      }
      known = mails;
      return [...mails.values()];
    },
    async read(id) {
      if (!idPattern.test(id)) return undefined;
      return readFile(at(id, "eml")).catch(() => undefined);
    },
    async clear() {
      await remove(await ids());
    },
  };
}

const mostHeaderBytes = 262_144;

/** The lines of a mail's header section, unfolded (RFC 5322, 2.2.3). */
export function headerLines(bytes: Buffer): string[] {
  const start = bytes.toString("latin1", 0, mostHeaderBytes);
  const end = /\r?\n\r?\n/.exec(start)?.index ?? start.length;
  const lines = bytes
    .subarray(0, end)
    .toString()
    .replaceAll(/\r?\n(?=[ \t])/g, "")
    .split(/\r?\n/);
  return lines.filter((line) => line !== "");
}

function subjectOf(bytes: Buffer): string {
  const line = headerLines(bytes).find((one) => /^subject[ \t]*:/i.test(one)) ?? "";
  return decodeWords(line.slice(line.indexOf(":") + 1)).trim();
}
