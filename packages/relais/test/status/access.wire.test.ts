import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createOutbox } from "@relais/outbox";
import { createChain } from "relais";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { sharedPostgres } from "../../../outbox/test/shared-postgres.ts";
import { allowedHosts, loginLimiter } from "../../src/status/access.ts";
import { eventStream } from "../../src/status/event-stream.ts";
import { pageServer } from "../../src/status/page-server.ts";
import { statsCollector } from "../../src/status/stats-collector.ts";
import { statusServer } from "../../src/status/status-server.ts";
import { runHere } from "../cli/run-here.ts";
import { type Site, site } from "./site.ts";

const token = "open-sesame-42";

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks with headers that fetch would not send. */
function ask(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, async (response) => {
      let body = "";
      for await (const part of response) body += part;
      resolve({ status: response.statusCode, headers: response.headers, body });
    })
      .on("error", reject)
      .end();
  });
}

const login = (url: string, given: string) =>
  fetch(`${url}login`, { method: "POST", body: new URLSearchParams({ token: given }), redirect: "manual" });

describe("forms", () => {
  let at: Site;
  beforeAll(async () => {
    at = await site(token);
  }, 60_000);
  afterAll(() => at.close());

  test.each([
    ["whose length is said", "content-length: 400000000", (piece: string) => piece],
    ["in chunks", "transfer-encoding: chunked", (piece: string) => `10000\r\n${piece}\r\n`],
  ])(
    "400 MB %s are refused before they are read",
    async (_, header, framed) => {
      const { port } = new URL(at.url);
      const socket = connect(Number(port), "127.0.0.1").setNoDelay();
      socket.on("error", () => undefined);
      let result = "";
      socket.on("data", (part) => {
        result += part;
      });
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(`POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\n${header}\r\n\r\n`);
      const piece = framed("x".repeat(0x10000));
      const begun = Date.now();
      let bytes = 0;
      while (!socket.destroyed && bytes < 400_000_000) {
        bytes += piece.length;
        if (!socket.write(piece))
          await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
      }
      await closed;
      expect(result).toMatch(/^HTTP\/1\.1 413 [\s\S]*\r\nconnection: close\r\n[\s\S]*longer than any form/i);
      // What the kernels of both ends hold, and no more.
      expect(bytes).toBeLessThan(20_000_000);
      expect(Date.now() - begun).toBeLessThan(5_000);
    },
    20_000,
  );

  test("whoever asks before it sends them is told at once, and sends nothing", async () => {
    const socket = connect(Number(new URL(at.url).port), "127.0.0.1");
    const head = (length: number) =>
      `POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`;
    socket.write(head(400_000_000));
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
    const small = connect(Number(new URL(at.url).port), "127.0.0.1");
    small.write(head(7));
    expect(String((await once(small, "data"))[0])).toMatch(/^HTTP\/1\.1 100 /);
    small.write("token=x");
    expect(String((await once(small, "data"))[0])).toMatch(/^HTTP\/1\.1 403 /);
    small.destroy();
  }, 20_000);

  test("tokens cannot be guessed quickly, and nobody else waits for those who guess", async () => {
    for (let i = 0; i < 20; i++) expect((await login(at.url, token)).status).toBe(303);
    const begun = Date.now();
    let told = 0;
    const guesses = Array.from({ length: 200 }, async (_, i) => {
      const { status, headers } = await login(at.url, `guess-${i}`);
      if (status === 403) told += 1;
      return { status, ms: Date.now() - begun, wait: headers.get("retry-after") };
    });
    await sleep(50);
    expect((await fetch(at.url)).status).toBe(200);
    // Behind them it would come after the last one.
    expect(told).toBeLessThan(9);
    const answers = await Promise.all(guesses);
    const wrong = answers.filter(({ status }) => status === 403);
    // One of the ten a minute went with the test before.
    expect([9, 10]).toContain(wrong.length);
    for (const { ms } of wrong) expect(ms).toBeGreaterThanOrEqual(990);
    for (const one of answers) if (one.status !== 403) expect(one).toMatchObject({ status: 429, wait: "60" });
    // Else it could be guessed all the same.
    expect((await login(at.url, token)).status).toBe(429);
  }, 20_000);
});

test("guesses are bounded by address, by half an address of IPv6, and in all", () => {
  let now = 1;
  const left = loginLimiter(() => now);
  const taken = (addresses: readonly string[]): number => addresses.filter((one) => left.acquire(one)).length;
  const times = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i));
  expect(taken(times(50, () => "192.0.2.1"))).toBe(10);
  expect(taken(times(50, () => "::ffff:192.0.2.1"))).toBe(0);
  expect(taken(times(50, (i) => `2001:db8:0:7:${i}::1`))).toBe(10);
  expect(taken(times(50, (i) => `2001:db8::7:0:0:${i}:1`))).toBe(0);
  expect(taken(times(50, () => "2001:db8::1"))).toBe(10);
  expect(taken(times(500, (i) => `198.51.100.${i}`))).toBe(70);
  now += 60_000;
  expect(taken(times(500, (i) => `198.51.100.${i}`))).toBe(100);
  left.release("198.51.100.1");
  expect(taken(["198.51.100.1", "198.51.100.1"])).toBe(1);
});

describe("listening for others", () => {
  let at: Site;
  let url: string;
  beforeAll(async () => {
    const pages = { "/metrics": async (response: ServerResponse) => void response.end("relais_up 1\n") };
    at = await site(token, { host: "0.0.0.0", allowedHosts: ["status.example.org"], pages });
    url = at.url.replace("0.0.0.0", "127.0.0.1");
    for (let i = 0; i < 3; i++) await at.send();
  }, 60_000);
  afterAll(() => at.close());

  test("nobody sees reasons and ids without the token", async () => {
    for (const path of ["", "events", "?token=open-sesame-42", "events?x"]) {
      const { status, body } = await ask(`${url}${path}`, { cookie: "relais_session=made-up" });
      expect([path, status]).toEqual([path, 401]);
      expect(body).not.toMatch(/SMTP|SES|script&gt;|451/);
    }
    const cookie = (await login(url, token)).headers.get("set-cookie")?.split(";")[0] ?? "";
    const page = await ask(url, { cookie });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining("SMTP: transient: 451") });
    expect((await ask(`${url}metrics`, {})).body).toBe("relais_up 1\n");
  });

  test.each([
    ["127.0.0.1", 401],
    ["localhost:9", 401],
    ["192.0.2.7:8737", 401],
    ["[2001:db8::7]:8737", 401],
    ["status.example.org", 401],
    ["STATUS.example.org.:443", 401],
    ["evil.example", 421],
    ["status.example.org.evil.example", 421],
    ["192.0.2.7.evil.example", 421],
    ["xstatus.example.org", 421],
    ["[evil.example]", 421],
    ["status.example.org:x", 421],
    [" ", 421],
  ])("asked in the name of %j it answers %i, on every path", async (host, status) => {
    expect((await ask(url, { host })).status).toBe(status);
    expect((await ask(`${url}metrics`, { host })).status).toBe(status === 401 ? 200 : 421);
  });
});

test("a page on loopback that a proxy shows to others is for them who know the token, too", async () => {
  const at = await site(token, { allowedHosts: ["status.example.org"] });
  expect((await ask(at.url, { host: "status.example.org" })).status).toBe(401);
  expect((await ask(at.url, {})).status).toBe(401);
  expect((await ask(at.url, { host: "192.0.2.7" })).status).toBe(421);
  await at.close();
}, 60_000);

test.each([
  [["--host", "0.0.0.0"], "with --host 0.0.0.0 others"],
  [["--host", "::"], "with --host :: others"],
  [["--allowed-host", "status.example.org"], "with --allowed-host others"],
])("relais serve %j without a token does not begin", async (flags, words) => {
  const result = await runHere(["serve", "--dsn", "smtp://127.0.0.1:9", ...flags]);
  expect(result).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^RELAIS_STATUS_TOKEN is missing: [^\n]+\.$/),
  });
  expect(result.err).toContain(words);
});

test("only names of this machine, and none that begins or ends with one", () => {
  for (const host of ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
    expect(allowedHosts(host).localOnly).toBe(true);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "a.localhost.example"])
    expect(allowedHosts(host).localOnly).toBe(false);
});

describe("whoever stops reading", () => {
  test("gets nothing more, is let go, and costs no other reader anything", async () => {
    let n = 0;
    const words = "x".repeat(1_000_000);
    const news = async () => {
      n += 1;
      const text = `${n} ${words}`;
      return { key: String(n), textFor: () => text };
    };
    const open = eventStream(news, { everyMs: 20, mostStallMs: 700 });
    const responses: ServerResponse[] = [];
    const server = createServer((_, response) => {
      responses.push(response.writeHead(200, { "content-type": "text/event-stream" }));
      open.add(response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const reader = async () => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write("GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
      await once(socket, "data");
      return socket;
    };
    const stalls = (await reader()).pause();
    const reads = await reader();
    let last = "";
    reads.on("data", (part: Buffer) => {
      last = (last + part.toString("latin1")).slice(-1_500_000);
    });
    const closed = once(responses[0] as ServerResponse, "close").then(() => true);
    let most = 0;
    for (let i = 0; i < 500 && !(await Promise.race([closed, sleep(20, false)])); i++)
      most = Math.max(most, responses[0]?.writableLength ?? 0);
    expect(responses[0]?.destroyed).toBe(true);
    // One piece of news that did not fit any more, at most.
    expect(most).toBeLessThan(2_500_000);
    expect(responses[1]?.destroyed).toBe(false);
    const seen = n;
    await expect.poll(() => Number(/data: "(\d+) x*"\n\n/.exec(last)?.[1])).toBeGreaterThan(seen);
    open.close();
    stalls.destroy();
    reads.destroy();
    server.closeAllConnections();
    server.close();
  }, 30_000);
});

describe("a page that fails", () => {
  const pages = {
    "/throws": (): Promise<void> => {
      throw new Error("secret");
    },
    "/rejects": () => Promise.reject(new Error("secret")),
    "/undefined": () => Promise.reject(undefined),
    "/midway": async (response: ServerResponse) => {
      response.writeHead(200).write("half");
      throw new Error("secret");
    },
    "/well": async (response: ServerResponse) => void response.end("well"),
  };
  const statusPages = async () => {
    const chain = createChain([{ id: "X", send: async () => Promise.reject(new Error("not asked")) }]);
    return statusServer({ chain, collector: statsCollector(() => chain), pages });
  };

  test.each([
    ["the status page's server", statusPages],
    ["the probes' server", () => pageServer("127.0.0.1", 0, pages)],
  ])("answers 500 with a sentence and ends nothing: %s", async (_, make) => {
    const server = await make();
    for (const path of ["throws", "rejects", "undefined"]) {
      const answer = await fetch(`${server.url}${path}`);
      expect(answer.status).toBe(500);
      const body = await answer.text();
      expect(body).toContain("This page failed; try it again.");
      expect(body).not.toContain("secret");
    }
    await expect(fetch(`${server.url}midway`).then((answer) => answer.text())).rejects.toThrow();
    expect(await (await fetch(`${server.url}well`)).text()).toBe("well");
    await server.close();
  });
});

describe.runIf(needs("postgres"))("a slow database", () => {
  test("is asked one thing at a time, however many look at the page", async () => {
    const database = await (await sharedPostgres()).database("migrated");
    const [outbox, other] = await Promise.all([createOutbox({ database }), createOutbox({ database })]);
    const chain = createChain([{ id: "X", send: async () => Promise.reject(new Error("not asked")) }]);
    const server = await statusServer({ chain, collector: statsCollector(() => chain), outbox });
    const controller = new AbortController();
    const { signal } = controller;
    const asked = `select count(*)::int as n from pg_stat_activity
      where query like '%relais.message%' and datname = current_database() and state = 'active' and pid <> pg_backend_pid()`;
    let most = 0;
    await other.database.transaction(async (tx) => {
      await tx.query("lock table relais.message in access exclusive mode");
      const tabs = Array.from({ length: 3 }, () => fetch(`${server.url}events`, { signal }));
      await Promise.all(tabs);
      const pages = Array.from({ length: 10 }, () => fetch(server.url, { signal }).catch(() => undefined));
      for (let i = 0; i < 30; i++) {
        await sleep(100);
        const [row] = await tx.query<{ n: number }>(asked);
        most = Math.max(most, row?.n ?? 0);
      }
      void pages;
    });
    expect(most).toBe(1);
    controller.abort();
    await server.close();
    await Promise.all([outbox.close(), other.close()]);
  }, 60_000);
});
