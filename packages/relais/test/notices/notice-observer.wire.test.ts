import { type SmtpServer, smtpServer } from "@relais/conformance";
import {
  breaker,
  createChain,
  emailNotice,
  link,
  type Notice,
  type NoticeOptions,
  noticeObserver,
  smtp,
  systemClock,
  webhook,
} from "relais";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hookServer } from "./hook-server.ts";

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Quiet", text: "x" };
let first: SmtpServer;
let second: SmtpServer;
beforeEach(async () => {
  first = await smtpServer();
  second = await smtpServer();
});
afterEach(async () => {
  await first.close();
  await second.close();
});

const of = (id: string, { host, port }: SmtpServer) => smtp({ id, host, port });
function watched(options: NoticeOptions, breakerOptions: Parameters<typeof breaker>[0] = {}) {
  const observer = noticeObserver(options);
  const links = [link(of("A", first), breaker(breakerOptions)), of("B", second)];
  const chain = createChain(links, { policies: [], id: "shop", observers: [observer] });
  return { chain, observer };
}

test("a webhook hears of the fallback, the breaker and the recovery, in order, once each", async () => {
  const hook = await hookServer();
  let now = Date.now();
  const clock = { ...systemClock, now: () => now };
  const { chain, observer } = watched({ notify: webhook(hook.url) }, { minimumCalls: 3, clock });
  first.script({ mail: { reply: "451 4.3.0 <ann@example.net> later" } });
  for (let i = 0; i < 12; i++) expect(await chain.send(mail)).toMatchObject({ provider: "B" });
  first.script({});
  now += 60_000;
  for (let i = 0; i < 5; i++) expect(await chain.send(mail)).toMatchObject({ provider: "A" });
  await observer.idle();
  await chain.close();
  await hook.close();
  expect(hook.posted.map(({ body }) => body.type)).toEqual(["fallback", "breaker-open", "recovered"]);
  expect(hook.posted[0]?.headers["content-type"]).toBe("application/json");
  expect(hook.posted[0]?.body).toMatchObject({
    chain: "shop",
    provider: "A",
    to: "B",
    kind: "transient",
    text: expect.stringContaining("Chain shop: A fails (transient, 451 4.3.0)"),
  });
  expect(JSON.stringify(hook.posted)).not.toMatch(/ann@|Quiet/);
});

test("another chain carries notices as mails", async () => {
  const office = await smtpServer();
  const letters = createChain([of("OFFICE", office)], { policies: [] });
  const notify = emailNotice(letters, { from: "relais@example.org", to: "duty@example.org" });
  const { chain, observer } = watched({ notify });
  await first.down();
  await chain.send(mail);
  await observer.idle();
  await chain.close();
  await letters.close();
  await office.close();
  expect(office.accepted.map(({ to }) => to)).toEqual([["duty@example.org"]]);
  const written = String(office.accepted[0]?.data);
  expect(written).toContain("Subject: Chain shop: A fails (transient, ECONNREFUSED): its messages go");
  expect(written).toContain("Auto-Submitted: auto-generated");
});

test("a mail that is not sent is a problem, told without addresses", async () => {
  const office = await smtpServer({ script: { rcpt: { reply: "550 5.1.1 <duty@example.org> who?" } } });
  const letters = createChain([of("OFFICE", office)], { policies: [] });
  const problems: string[] = [];
  const notify = emailNotice(letters, { from: "relais@example.org", to: "duty@example.org" });
  const { chain, observer } = watched({ notify, onProblem: (problem) => problems.push(problem) });
  await first.down();
  await chain.send(mail);
  await observer.idle();
  await chain.close();
  await letters.close();
  await office.close();
  expect(problems).toEqual([
    "The notice fallback of A in shop was not given: the mail is failed (rejected).",
  ]);
});

describe("whatever notify does, the delivery goes on", () => {
  const raise = (): never => {
    throw new TypeError("https://hooks.example/secret-path");
  };
  test.each([
    ["throws", raise, "notify threw TypeError"],
    ["rejects", async () => raise(), "notify threw TypeError"],
    ["never comes back", () => new Promise(() => undefined), "it took more than 40 ms"],
  ])("it %s", async (_, notify, why) => {
    const problems: string[] = [];
    const onProblem = (problem: string) => problems.push(problem);
    const { chain, observer } = watched({ notify, timeoutMs: 40, onProblem });
    await first.down();
    const began = performance.now();
    expect(await chain.send(mail)).toMatchObject({ success: true, provider: "B" });
    const tookMs = performance.now() - began;
    await observer.idle();
    await chain.close();
    expect(tookMs).toBeLessThan(2_000);
    expect(problems).toEqual([`The notice fallback of A in shop was not given: ${why}.`]);
  });

  test("and what takes too long is told to stop", async () => {
    let stopped: unknown;
    const notify = (_: Notice, signal: AbortSignal) =>
      new Promise(() => signal.addEventListener("abort", () => (stopped = signal.reason)));
    const { chain, observer } = watched({ notify, timeoutMs: 10, onProblem: () => undefined });
    await first.down();
    await chain.send(mail);
    await observer.idle();
    await chain.close();
    expect(stopped).toMatchObject({ message: "it took more than 10 ms" });
  });

  test("and it is not called while the delivery's events are told", async () => {
    const order: string[] = [];
    const observer = noticeObserver({ notify: () => order.push("notice") });
    const failure = { success: false, provider: "A", kind: "transient", reason: "no" } as const;
    observer({ type: "failover", at: 0, from: "A", to: "B", failure, recipients: 1 });
    order.push("event");
    await observer.idle();
    expect(order).toEqual(["event", "notice"]);
  });

  test("a reader of problems that throws or rejects is no problem", async () => {
    for (const onProblem of [raise, async () => raise()]) {
      const { chain, observer } = watched({ notify: raise, onProblem });
      await first.down();
      expect(await chain.send(mail)).toMatchObject({ provider: "B" });
      await observer.idle();
      await chain.close();
    }
  });
});

test("behind a notice that hangs a hundred wait, and no more", async () => {
  let asked = 0;
  const problems: string[] = [];
  const open: ((value?: unknown) => void)[] = [];
  const given: Notice[] = [];
  const notify = (notice: Notice) => {
    asked += 1;
    given.push(notice);
    return asked === 1 ? new Promise((resolve) => open.push(resolve)) : undefined;
  };
  const observer = noticeObserver({ notify, onProblem: (problem) => problems.push(problem) });
  const failure = { success: false, provider: "A", kind: "transient", reason: "no" } as const;
  const fail = (from: string) => observer({ type: "failover", at: 0, from, to: "B", failure, recipients: 1 });
  fail("A0");
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  for (let i = 1; i <= 103; i++) fail(`A${i}`);
  open[0]?.();
  await observer.idle();
  expect(given.map(({ provider }) => provider)).toEqual(Array.from({ length: 101 }, (_, i) => `A${i}`));
  expect(problems).toHaveLength(3);
  expect(problems[0]).toContain("100 others are waiting");
});

test("by default a problem is a warning of the process", async () => {
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  const { chain, observer } = watched({
    notify: () => {
      throw new Error("no");
    },
  });
  await first.down();
  await chain.send(mail);
  await observer.idle();
  await chain.close();
  expect(await warned).toMatchObject({
    name: "RelaisNotice",
    message: expect.stringContaining("notify threw Error"),
  });
});

test.each([
  [{}, "noticeObserver: notify must be a function"],
  [{ notify: "https://hooks.example/secret" }, "noticeObserver: notify must be a function"],
  [{ notify() {}, quietMs: -1 }, "noticeObserver: quietMs must be at least 0"],
  [{ notify() {}, kinds: ["late"] }, 'noticeObserver: kinds.0 must be "transient" or'],
  [{ notify() {}, quitMs: 1 }, 'noticeObserver: "quitMs" is not an option; did you mean quietMs?'],
])("wrong options get a sentence: %j", (options, sentence) => {
  expect(() => noticeObserver(options as never)).toThrow(sentence);
});

test("an e-mail notice without a chain or a recipient is refused", () => {
  expect(() => emailNotice({} as never, { to: "a@example.org" })).toThrow(
    "emailNotice: chain must be a chain",
  );
  expect(() => emailNotice(createChain([of("A", first)], { policies: [] }), {} as never)).toThrow(
    "emailNotice: to is missing",
  );
});
