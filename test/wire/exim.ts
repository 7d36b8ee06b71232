import { execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { testAuthority, testCertificate } from "@relais/conformance";
import { freePort } from "../repo/free-port.ts";

const run = promisify(execFile);
const host = "127.0.0.1";

/** An Exim with a configuration and a queue of its own, on loopback, where every mail stays in the queue. */
export interface Exim {
  readonly smtp: { readonly host: string; readonly port: number; readonly ca: string };
  queue(): Promise<readonly { readonly id: string; readonly to: readonly string[] }[]>;
  /** A queued mail as it would go on: headers and body, every line ending in LF. */
  content(id: string): Promise<string>;
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export interface EximOptions {
  /** What is said at RCPT, by address; a 5xx for good, a 4xx for now. */
  readonly replies: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly user: string;
  readonly password: string;
}

function configuration(home: string, { replies, maxBytes, user, password }: EximOptions): string {
  const rules = Object.entries(replies).map(([address, reply]) => {
    const verb = reply.startsWith("5") ? "deny" : "defer";
    return `  ${verb} recipients = ${address}\n    message = ${reply}\n`;
  });
  return `primary_hostname = mx.relais.test
spool_directory = ${home}/spool
log_file_path = ${home}/%slog
pid_file_path = ${home}/spool/exim.pid
queue_only
never_users = root
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
message_size_limit = ${maxBytes}
smtputf8_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = ${home}/tls.pem
tls_privatekey = ${home}/tls.pem
smtp_accept_max_per_connection = 1000
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
begin acl
rcpt:
${rules.join("")}  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if and{{eq{$auth2}{${user}}}{eq{$auth3}{${password}}}}}
  server_set_id = $auth2
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = \${if eq{$auth1}{${user}}{${password}}fail}
  server_set_id = $auth1
`;
}

/** Where the program is: `.ci/run` unpacks it, as its package cannot stand beside Postfix's. */
export const eximFolder =
  ["/opt/relais-exim/usr/sbin", "/usr/sbin"].find((folder) => existsSync(join(folder, "exim4"))) ?? "";

/** Needs root and the program. */
export async function exim(options: EximOptions): Promise<Exim> {
  const home = mkdtempSync(join(tmpdir(), "relais-exim-"));
  const program = join(eximFolder, "exim4");
  const owner = Number((await run("id", ["-u", "Debian-exim"])).stdout);
  const port = await freePort();
  const { key, cert } = testCertificate("good");
  const config = join(home, "exim.conf");
  writeFileSync(config, configuration(home, options), { mode: 0o644 });
  writeFileSync(join(home, "tls.pem"), `${key}${cert}`, { mode: 0o600 });
  mkdirSync(join(home, "spool"));
  chmodSync(home, 0o755);
  for (const name of [".", "spool", "tls.pem"]) chownSync(join(home, name), owner, 0);
  const daemon = spawn(program, ["-C", config, "-bdf", "-oX", `${host}.${port}`], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
  await listening(port, ended);
  const command = (...args: string[]) => run(program, ["-C", config, ...args]);
  const queue: Exim["queue"] = async () => {
    // A line for the mail, one for each recipient, and an empty one.
    const { stdout } = await command("-bp");
    const mails = stdout.split("\n\n").filter((mail) => mail.trim() !== "");
    return mails.map((mail) => {
      const [first = "", ...to] = mail.trim().split("\n");
      return { id: first.trim().split(/\s+/)[2] ?? "", to: to.map((line) => line.trim()) };
    });
  };
  return {
    smtp: { host, port, ca: testAuthority() },
    queue,
    content: async (id) => (await command("-Mvc", id)).stdout,
    empty: async () => {
      const ids = (await queue()).map(({ id }) => id);
      if (ids.length > 0) await command("-Mrm", ...ids);
    },
    stop: async () => {
      daemon.kill();
      await ended;
      rmSync(home, { recursive: true });
    },
  };
}

/** Waits until something listens on a port. */
async function listening(port: number, ended: Promise<void>): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host, port }, () => {
        socket.destroy();
        resolve(true);
      }).on("error", () => resolve(false));
    });
  while (!(await answers())) {
    if (over) throw new Error("Exim ended as it started");
    await delay(20);
  }
}
