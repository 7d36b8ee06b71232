import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { testAuthority, testCertificate } from "@relais/conformance";
import { freePort } from "../repo/free-port.ts";

const run = promisify(execFile);
const host = "127.0.0.1";

/** A mail in the queue. */
export interface QueuedMail {
  readonly id: string;
  /** `"hold"`: it goes nowhere. */
  readonly queue: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** A Postfix of our own: its own configuration and queue, on loopback, where every mail is held for good. */
export interface Postfix {
  /** With STARTTLS and SIZE. */
  readonly smtp: { readonly host: string; readonly port: number; readonly ca: string };
  /** With neither. */
  readonly bare: { readonly host: string; readonly port: number; readonly ca: string };
  queue(): Promise<readonly QueuedMail[]>;
  /** A queued mail as it would go on: headers and body, every line ending in LF. */
  content(id: string): Promise<string>;
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostfixOptions {
  /** What is said at RCPT, by address. */
  readonly replies: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

async function ids(): Promise<{ owner: number; drop: number }> {
  const [{ stdout: user }, { stdout: group }] = await Promise.all([
    run("id", ["-u", "postfix"]),
    run("getent", ["group", "postdrop"]),
  ]);
  return { owner: Number(user), drop: Number(group.split(":")[2]) };
}

/** The folders that `postfix start` would make, which takes seconds. */
async function folders(home: string): Promise<void> {
  const { owner, drop } = await ids();
  chmodSync(home, 0o755);
  for (const name of ["conf", "queue", "data", "queue/pid"]) mkdirSync(join(home, name));
  chownSync(join(home, "data"), owner, 0);
  const own = [
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
  ];
  for (const name of [...own, "trace"]) {
    mkdirSync(join(home, "queue", name), { mode: 0o700 });
    chownSync(join(home, "queue", name), owner, 0);
  }
  for (const [name, mode] of [["maildrop", 0o1730] as const, ["public", 0o2710] as const]) {
    mkdirSync(join(home, "queue", name));
    chownSync(join(home, "queue", name), owner, drop);
    chmodSync(join(home, "queue", name), mode);
  }
}

function mainCf(home: string, { replies, maxBytes }: PostfixOptions): string {
  const access = Object.entries(replies).map(([address, reply]) => `{ ${address} = ${reply} }`);
  return `compatibility_level = 3.6
queue_directory = ${home}/queue
data_directory = ${home}/data
maillog_file = ${home}/mail.log
maillog_file_prefixes = ${home}
myhostname = mx.relais.test
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = ${host}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
default_transport = discard:
smtpd_client_restrictions = check_client_access static:HOLD
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{ ${access.join(", ")} }
message_size_limit = ${maxBytes}
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_tls_chain_files = ${home}/conf/tls.pem
`;
}

function masterCf(port: number, barePort: number): string {
  const unix = (name: string, limit: string, wakeup = "-") => `${name} unix n - n ${wakeup} ${limit} ${name}`;
  return `${host}:${port} inet n - n - - smtpd
${host}:${barePort} inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_discard_ehlo_keywords=size
${unix("cleanup", "0")}
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
${unix("bounce", "0")}
defer unix - - n - 0 bounce
${unix("showq", "-")}
${unix("discard", "-")}
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`;
}

/** Needs root and the Debian package. */
export async function postfix(options: PostfixOptions): Promise<Postfix> {
  const home = mkdtempSync(join(tmpdir(), "relais-postfix-"));
  const conf = join(home, "conf");
  await folders(home);
  const [port, barePort] = [await freePort(), await freePort()];
  const { key, cert } = testCertificate("good");
  writeFileSync(join(conf, "tls.pem"), `${key}${cert}`, { mode: 0o600 });
  writeFileSync(join(conf, "main.cf"), mainCf(home, options));
  writeFileSync(join(conf, "master.cf"), masterCf(port, barePort));
  // Returns when the daemon in the background is ready.
  await run("/usr/lib/postfix/sbin/master", ["-c", conf, "-w"]);
  const pid = Number(readFileSync(join(home, "queue/pid/master.pid"), "utf8"));
  const command = (name: string, ...args: string[]) => run(`/usr/sbin/${name}`, ["-c", conf, ...args]);

  return {
    smtp: { host, port, ca: testAuthority() },
    bare: { host, port: barePort, ca: testAuthority() },
    queue: async () => {
      const { stdout } = await command("postqueue", "-j");
      const lines = stdout.split("\n").filter((line) => line !== "");
      return lines.map((line) => {
        const mail = JSON.parse(line);
        const to: string[] = mail.recipients.map(({ address }: { address: string }) => address);
        return { id: mail.queue_id, queue: mail.queue_name, from: mail.sender, to };
      });
    },
    content: async (id) => (await command("postcat", "-bh", "-q", id)).stdout,
    empty: async () => void (await command("postsuper", "-d", "ALL")),
    stop: async () => {
      process.kill(pid, "SIGTERM");
      for (let i = 0; i < 250 && isAlive(pid); i++) await delay(20);
      rmSync(home, { recursive: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
