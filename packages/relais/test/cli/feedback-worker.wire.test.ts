import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  postmarkSender,
  type SesServer,
  type SnsSender,
  sesEvent,
  sesServer,
  snsSender,
  sqsServer,
} from "@relais/conformance";
import { unsubscribeToken } from "@relais/core/spi";
import { createOutbox, type Outbox } from "@relais/outbox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../../test/repo/free-port.ts";
import { needs } from "../../../../test/repo/system.ts";
import { type WorkerProcess, workerProcess } from "../../../../test/repo/worker-process.ts";
import { imapServer } from "../../../feedback/test/imap/imap-server.ts";
import { dsn } from "../../../feedback/test/mail/reports.ts";
import { type PostgresServer, postgresServer } from "../../../outbox/test/postgres-server.ts";
import { until } from "../../../outbox/test/scripted.ts";
import { runHere } from "./run-here.ts";

const auth = { user: "bounces", pass: "sesame" };
const secret = "a secret of some length";

describe.runIf(needs("postgres"))("feedback by configuration", () => {
  let cwd: string;
  let database: string;
  let server: PostgresServer;
  let sns: SnsSender;
  let ses: SesServer;
  let outbox: Outbox;
  let port: number;
  let worker: WorkerProcess | undefined;
  const postmark = postmarkSender();
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "relais-feedback-"));
    [server, sns, port] = await Promise.all([postgresServer(), snsSender(), freePort()]);
    database = await server.database();
    ses = await sesServer({ simulator: { sns, url: url("/feedback/ses") } });
    outbox = await createOutbox({ database });
    const options = {
      region: "eu-west-1",
      endpoint: ses.endpoint,
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    };
    // A module, since a file of another kind cannot lead requests for certificates to the sender of the test.
    writeFileSync(
      join(cwd, "relais.config.mjs"),
      `const local = (input, init) => {
        const url = new URL(input);
        return fetch("http://127.0.0.1:${sns.port}" + url.pathname + url.search,
          { ...init, headers: { "x-wanted-host": url.host } });
      };
      export default {
        from: "shop@example.org",
        chain: [{ use: "ses", options: ${JSON.stringify(options)} }],
        outbox: { database: ${JSON.stringify(database)} },
        feedback: {
          port: ${port},
          receivers: {
            ses: { use: "sns", options: { topics: ${JSON.stringify(sns.topic)}, fetch: local } },
            postmark: { options: ${JSON.stringify(postmark.options)} },
          },
        },
      };`,
    );
  }, 60_000);
  afterAll(async () => {
    await Promise.all([outbox.close(), ses.close(), sns.close()]);
    await server.stop();
    rmSync(cwd, { recursive: true, force: true });
  });
  beforeEach(() => outbox.database.query("delete from relais.event"));
  afterEach(async () => {
    await worker?.kill();
    worker = undefined;
  });

  const start = async (...flags: string[]): Promise<WorkerProcess> => {
    const args = ["worker", "--json", "--port", "0", ...flags];
    const env = { RELAIS_UNSUBSCRIBE_SECRET: secret, QUEUE_KEY: "secret", MAILBOX_PASS: auth.pass };
    worker = await workerProcess({ args, cwd, env });
    const { url: status } = worker;
    await until(
      () => fetch(`${status}/readyz`).then(({ ok }) => ok),
      (ok) => ok,
    );
    return worker;
  };
  const check = (...flags: string[]) => runHere(["check", "--feedback", ...flags], { cwd });

  test.each([[[]], [["--processes", "2"]]])(
    "a worker %j takes in what SES tells of its simulator's addresses, and check finds all of it",
    async (flags) => {
      await start(...flags);
      const { code, out, err } = await check("--timeout", "20s");
      expect([code, err]).toEqual([0, ""]);
      for (const [name, event] of [
        ["success", "delivered"],
        ["bounce", "bounced"],
        ["complaint", "complained"],
        ["suppressionlist", "blocked"],
        ["ooto", "delivered"],
      ])
        expect(out).toMatch(
          new RegExp(`^ {2}SES {2}ok {4}${name}@simulator.amazonses.com: ${event} after [0-9.]+ s$`, "m"),
        );
    },
    60_000,
  );

  test("nobody listens: check says of each address that nothing came, and where to read", async () => {
    const { code, out } = await check("--timeout", "1s");
    expect(code).toBe(1);
    expect(out.match(/^ {2}SES {2}FAIL .* no event ".*" within 1 s$/gm)).toHaveLength(5);
    expect(out).toMatch(
      /^SES told nothing: has nobody subscribed.* See https:.*feedback\.md#amazon-ses-by-sns$/m,
    );
    const { feedback } = JSON.parse((await check("--timeout", "1s", "--json")).out);
    expect(feedback).toHaveLength(5);
  }, 30_000);

  test("a chain without vendors that have such addresses, and an outbox that is not there", async () => {
    const smtp = await check("--dsn", "smtp://127.0.0.1:1");
    expect([smtp.code, smtp.err]).toEqual([
      2,
      "No provider of this chain has addresses for tests: SES, Postmark and Resend have.",
    ]);
    const nowhere = await check("--folder", "none");
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toContain("There is no outbox in");
  }, 30_000);

  test("its port is not the status port; it refuses what is forged, and shows the page of a link", async () => {
    const { url: status } = await start();
    const [one] = postmark.requests([event("ann@example.net", "pm-1")]);
    expect((await fetch(`${status}/feedback/postmark`, { method: "POST", ...one })).status).toBe(405);
    expect((await fetch(url("/healthz"))).status).toBe(404);
    expect((await fetch(url("/feedback/postmark"), { method: "POST", body: one?.body ?? "" })).status).toBe(
      401,
    );
    const about = { recipient: "ann@example.net", message: "m-1", stream: "news", tenant: "default" };
    const link = url(`/unsubscribe?token=${unsubscribeToken(about, secret)}`);
    expect((await fetch(link)).status).toBe(200);
    const click = await fetch(link, {
      method: "POST",
      body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
    });
    expect(click.status).toBe(200);
    const rows = await outbox.database.query("select type from relais.event");
    expect(rows).toEqual([{ type: "unsubscribed" }]);
  }, 40_000);

  test("it reads a queue and a mailbox, and listens to nobody then", async () => {
    const [sqs, imap] = await Promise.all([sqsServer(), imapServer(auth)]);
    onTestFinished(async () => void (await Promise.all([sqs.close(), imap.close()])));
    const { queueUrl, endpoint } = sqs;
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "${QUEUE_KEY}" };
    const login = { user: auth.user, pass: "${MAILBOX_PASS}" };
    const config = {
      chain: [{ use: "smtp", options: { host: "127.0.0.1", port: 1 } }],
      outbox: { database },
      feedback: {
        queues: [{ queueUrl, endpoint, region: "eu-west-1", credentials }],
        mailbox: { host: "127.0.0.1", port: imap.port, secure: false, auth: login },
        mailboxEveryMs: 1_000,
      },
    };
    const { id } = await outbox.enqueue({
      from: "shop@example.org",
      to: "eve@example.net",
      subject: "s",
      text: "t",
    });
    writeFileSync(join(cwd, "reads.json"), JSON.stringify(config));
    const { terminate } = await start("--config", "reads.json");
    await expect(fetch(url("/feedback/ses"))).rejects.toThrow("fetch failed");
    sqs.send(sesEvent(event("carl@example.net", "ses-3")));
    const recipients = [{ final: "rfc822; eve@example.net", action: "failed", status: "5.1.1" }];
    imap.deliver(dsn({ recipients, original: [`X-Relais-Id: ${id}`, "", "t"] }));
    await until(
      () => outbox.database.query("select source, recipient from relais.event order by source"),
      (rows) => rows.length === 2,
    ).then((rows) =>
      expect(rows).toEqual([
        { source: "dsn", recipient: "eve@example.net" },
        { source: "sqs", recipient: "carl@example.net" },
      ]),
    );
    await until(
      async () => sqs.left.length,
      (left) => left === 0,
    );
    expect(await terminate()).toBe(0);
  }, 60_000);

  test("stopped, it takes no new request, and stores the one that is coming before it ends", async () => {
    const { terminate } = await start();
    const [one] = postmark.requests([event("bob@example.net", "pm-2")]);
    const { headers = {}, body = new Uint8Array() } = one ?? {};
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const lines = Object.entries({ ...headers, host: "a", "content-length": String(body.length) });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.write(`POST /feedback/postmark HTTP/1.1\r\n${head}\r\n`);
    socket.write(body.subarray(0, 10));
    // It has taken the request when a later one is answered.
    await fetch(url("/feedback/postmark"), { method: "POST", body: "" });
    const ended = terminate();
    await until(
      () =>
        fetch(url("/feedback/none"), { headers: { connection: "close" } }).then(
          () => "answered",
          () => "refused",
        ),
      (said) => said === "refused",
    );
    socket.write(body.subarray(10));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.toString()).toMatch(/^connection: close$/im);
    expect(await ended).toBe(0);
    expect(await outbox.database.query("select recipient from relais.event")).toEqual([
      { recipient: "bob@example.net" },
    ]);
  }, 40_000);
});

function event(recipient: string, providerMessageId: string) {
  return { type: "bounced", bounce: "hard", recipient, providerMessageId, at: Date.now() } as const;
}
