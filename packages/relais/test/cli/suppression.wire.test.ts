import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SuppressionEntry, type SuppressionReason, suppressionReasons } from "@relais/core";
import { createOutbox, type Outbox } from "@relais/outbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pgliteFolder } from "../../../outbox/test/pglite-folder.ts";
import { listFormats } from "../../src/cli/suppression-formats.ts";
import { type CommandResult, runHere } from "./run-here.ts";

let cwd: string;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "relais-suppression-"));
  await pgliteFolder(join(cwd, ".relais"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const relais = (...args: string[]): Promise<CommandResult> =>
  runHere(["suppression", ...args, "--folder", ".relais"], { cwd });
const file = (name: string, ...lines: string[]): string => {
  writeFileSync(join(cwd, name), `${lines.join("\n")}\n`);
  return name;
};
async function withOutbox<T>(work: (outbox: Outbox) => Promise<T>): Promise<T> {
  const outbox = await createOutbox({ folder: join(cwd, ".relais") });
  try {
    return await work(outbox);
  } finally {
    await outbox.close();
  }
}
const all = async (): Promise<SuppressionEntry[]> => JSON.parse((await relais("ls", "--json")).out);

test("addresses are added, listed, shown and removed; who else may have one is said", async () => {
  expect(await relais("ls")).toMatchObject({ code: 0, out: "no addresses" });
  expect(
    await relais("add", "Ann@Example.net", "bob@example.net", "--by", "eve", "--stream", "news"),
  ).toMatchObject({
    code: 0,
  });
  await withOutbox(async (outbox) => {
    const { id } = await outbox.enqueue({ from: "shop@example.org", to: "cyd@example.net", text: "t" });
    const told = {
      provider: "SES-EU",
      source: "sns",
      recipient: "cyd@example.net",
      message: id,
      at: Date.now(),
    };
    await outbox.feedback.record([{ ...told, type: "bounced", bounce: "hard", eventId: "1", code: "5.1.1" }]);
  });
  expect((await relais("ls")).out.split("\n")).toEqual([
    expect.stringMatching(
      /^ann@example\.net {2}default {2}news {2}manual {2}since \d{4}-\d\d-\d\d {2}operator:eve$/,
    ),
    expect.stringMatching(/^bob@example\.net/),
    expect.stringMatching(/^cyd@example\.net {2}default {2}all streams {2}bounced {2}since .* sns$/),
  ]);
  expect((await relais("ls", "--reason", "bounced")).out).not.toContain("ann@");
  expect((await relais("show", "CYD@example.net")).out).toMatch(
    /bounced \(hard\) {2}SES-EU by sns {2}5\.1\.1/,
  );
  expect(await relais("rm", "cyd@example.net")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/removed: bounced\n {2}SES-EU may have it on a list of its own/),
  });
  expect(await relais("rm", "ann@example.net", "nobody@example.net")).toMatchObject({
    code: 1,
    out: "ann@example.net removed: manual\nnobody@example.net was not on the list",
  });
  expect(await relais("show", "ann@example.net")).toMatchObject({
    code: 1,
    out: "ann@example.net is not on the list",
  });
  expect(await relais("add", "nonsense")).toMatchObject({ code: 2 });
  expect((await all()).map(({ address }) => address)).toEqual(["bob@example.net"]);
});

test("outbox show tells a message's events", async () => {
  const id = await withOutbox(async (outbox) => {
    const { id } = await outbox.enqueue({ from: "shop@example.org", to: "cyd@example.net", text: "t" });
    const told = { provider: "SES-EU", source: "sns", recipient: "cyd@example.net", message: id, at: 0 };
    await outbox.feedback.record([{ ...told, type: "delivered", eventId: "1" }]);
    return id;
  });
  const { out } = await runHere(["outbox", "show", id], { cwd });
  expect(out).toMatch(
    /events:\n {2}- type: delivered\n {4}recipient: cyd@example\.net\n {4}provider: SES-EU/,
  );
});

/** As the vendors write them, of one bounced, one complained, one unsubscribed and one manual, where they have them. */
const exports: readonly (readonly [
  name: string,
  lines: readonly string[],
  expected: readonly string[],
  flags?: readonly string[],
])[] = [
  [
    "postmark",
    [
      "EmailAddress,SuppressionReason,Origin,CreatedAt",
      "a@example.net,HardBounce,Recipient,2026-01-02T03:04:05-05:00",
      "b@example.net,SpamComplaint,Recipient,2026-01-02T03:04:05Z",
      "c@example.net,ManualSuppression,Recipient,2026-01-02T03:04:05Z",
      "d@example.net,ManualSuppression,Customer,2026-01-02T03:04:05Z",
    ],
    ["a bounced", "b complained", "c unsubscribed", "d manual"],
  ],
  [
    "sendgrid",
    ["email,created,reason,status", 'a@example.net,1767323045,"550 5.1.1, no such user",5.1.1'],
    ["a bounced"],
  ],
  ["sendgrid", ["email,created,ip", "b@example.net,1767323045,192.0.2.1"], ["b complained"]],
  [
    "sendgrid",
    ["email,created", "c@example.net,1767323045"],
    ["c unsubscribed"],
    ["--reason", "unsubscribed"],
  ],
  [
    "mailgun",
    ["address,code,error,created_at", 'a@example.net,550,"No such user","Fri, 02 Jan 2026 03:04:05 UTC"'],
    ["a bounced"],
  ],
  ["mailgun", ["address,created_at", 'b@example.net,"Fri, 02 Jan 2026 03:04:05 GMT"'], ["b complained"]],
  [
    "mailgun",
    [
      "address,tags,created_at",
      'c@example.net,*,"Fri, 02 Jan 2026 03:04:05 GMT"',
      'd@example.net,"[""news""]","Fri, 02 Jan 2026 03:04:05 GMT"',
    ],
    ["c unsubscribed", "d unsubscribed news"],
  ],
  [
    "ses",
    [
      "EmailAddress,Reason,LastUpdateTime",
      "a@example.net,BOUNCE,2026-01-02T03:04:05Z",
      "b@example.net,COMPLAINT,",
    ],
    ["a bounced", "b complained"],
  ],
  [
    "brevo",
    [
      "email;reason;blockedAt;senderEmail",
      "a@example.net;hardBounce;2026-01-02T03:04:05.000Z;shop@example.org",
      "b@example.net;contactFlaggedAsSpam;2026-01-02T03:04:05.000Z;",
      "c@example.net;unsubscribedViaEmail;2026-01-02T03:04:05.000Z;",
      "d@example.net;adminBlocked;2026-01-02T03:04:05.000Z;",
    ],
    ["a bounced", "b complained", "c unsubscribed", "d manual"],
  ],
];

describe("a list that a vendor exports", () => {
  const cases = exports.map(([name, lines, expected, flags = []]) => ({ name, lines, expected, flags }));
  test.each(cases)("of $name ($lines) is known by its columns", async ({ name, lines, expected, flags }) => {
    const result = await relais("import", file("list.csv", ...lines), "--tenant", "t", ...flags);
    expect(result).toMatchObject({ code: 0, err: "" });
    const entries = await all();
    expect(
      entries.map(({ address, reason, stream }) => [address[0], reason, stream].filter(Boolean).join(" ")),
    ).toEqual(expected);
    for (const { tenant, source } of entries)
      expect({ tenant, source }).toEqual({ tenant: "t", source: `import:${name}` });
    if (name !== "ses")
      expect(entries.map(({ first }) => new Date(first).getUTCFullYear())).toEqual(expected.map(() => 2026));
  });

  test("rows that are wrong are told by their line, and the others are imported", async () => {
    const list = file(
      "list.csv",
      "EmailAddress,Reason,LastUpdateTime",
      "a@example.net,BOUNCE,2026-01-02T03:04:05Z",
      "no address,BOUNCE,2026-01-02T03:04:05Z",
      "b@example.net,WHATEVER,2026-01-02T03:04:05Z",
      "c@example.net,COMPLAINT,yesterday",
      "d@example.net,COMPLAINT,2026-01-02T03:04:05Z",
    );
    expect(await relais("import", list)).toMatchObject({
      code: 1,
      out: [
        "list.csv, line 3: address must be an address, as in ann@example.org",
        'list.csv, line 4: "WHATEVER" is no reason that is known',
        'list.csv, line 5: "yesterday" is not a date',
        "2 imported: 1 bounced, 1 complained",
      ].join("\n"),
    });
    expect((await all()).map(({ address }) => address)).toEqual(["a@example.net", "d@example.net"]);
    expect(await relais("import", list, "--dry-run")).toMatchObject({ code: 1 });
  });

  test("one of no format, one that does not say why, and one that is not there: a sentence, and nothing is done", async () => {
    const nothing = file("x.csv", "name,street", "Ann,Main Street");
    expect(await relais("import", nothing)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/x\.csv: its columns \(name, street\)/),
    });
    const why = file("y.csv", "email,created", "a@example.net,1767323045");
    expect(await relais("import", why)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/line 2: the file does not say why: give --reason/),
    });
    expect(await relais("import", "z.csv")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/z\.csv cannot be read: ENOENT/),
    });
    expect(await all()).toEqual([]);
  });
});

describe("a list that is exported", () => {
  const reasonsOf: Readonly<Record<string, readonly SuppressionReason[]>> = {
    ses: ["bounced", "complained"],
    mailgun: ["bounced", "complained", "unsubscribed"],
    sendgrid: ["bounced", "complained", "unsubscribed"],
  };
  test.each(listFormats)("for %s is read again as the same", async (format) => {
    await withOutbox((outbox) =>
      outbox.suppression.import(
        suppressionReasons.flatMap((reason) =>
          ["ann@example.net", '"a,b"@example.net', "+tag@example.net", "o'neil@example.net"].map(
            (address) => ({
              address,
              reason,
              since: 1_767_323_045_000,
            }),
          ),
        ),
      ),
    );
    const before = await all();
    const reasons = reasonsOf[format] ?? suppressionReasons;
    const [first] = reasons;
    if (format === "mailgun" || format === "sendgrid")
      expect(await relais("export", "--as", format)).toMatchObject({ code: 2 });
    const files: string[] = [];
    const isOne = format === "relais" || format === "postmark" || format === "brevo" || format === "ses";
    for (const reason of isOne ? [undefined] : reasons) {
      const name = `${format}-${reason}.csv`;
      const result = await relais(
        "export",
        name,
        "--as",
        format,
        ...(reason === undefined ? [] : ["--reason", reason]),
      );
      expect(result.code).toBe(0);
      files.push(name);
    }
    expect((await relais("export", "--as", format, "--reason", String(first))).out.split("\n")).toHaveLength(
      5,
    );
    await withOutbox(async (outbox) => {
      for (const { address } of before) await outbox.suppression.remove(address);
    });
    for (const name of files) {
      const flags = format === "sendgrid" && name.includes("unsub") ? ["--reason", "unsubscribed"] : [];
      expect(await relais("import", name, ...flags)).toMatchObject({ code: 0 });
    }
    const facts = ({ address, reason, first }: SuppressionEntry): string => `${address} ${reason} ${first}`;
    expect((await all()).map(facts).sort()).toEqual(
      before
        .filter(({ reason }) => reasons.includes(reason))
        .map(facts)
        .sort(),
    );
    expect(readFileSync(join(cwd, files[0] as string), "utf8")).toContain('"""a,b""@example.net"');
  });
});
