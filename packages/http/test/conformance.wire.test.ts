import {
  chainRules,
  coverage,
  type Harness,
  type HttpHarnessOptions,
  type HttpReply,
  type HttpTarget,
  httpHarness,
  type ProvokedKind,
  rules,
  throughChain,
} from "@relais/conformance";
import { createChain } from "@relais/core";
import { describe, expect, test } from "vitest";
import { bodyFields, readers } from "./vendor-requests.ts";
import { type Vendor, vendors } from "./vendors.ts";

/** A wait is longer than a chain's deadline here, so that a chain does not ask again. */
function waitingLong({ headers = {}, ...reply }: HttpReply): HttpReply {
  return { ...reply, headers: Object.fromEntries(Object.keys(headers).map((name) => [name, "600"])) };
}

/** The first of a vendor's documented answers that means this kind. */
function documented({ errors }: Vendor, kind: ProvokedKind): HttpReply | undefined {
  return errors.find((one) => one.kind === kind)?.reply;
}

function refusals(vendor: Vendor): HttpHarnessOptions["refused"] {
  const kinds = ["transient", "throttled", "deferred", "misconfigured", "refused", "rejected"] as const;
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const reply = documented(vendor, kind);
      return reply === undefined ? [] : [[kind, waitingLong(reply)]];
    }),
  );
}

/** The documented success, with an id of this message's own. */
function successOf({ success, messageId }: Vendor, id: string): HttpReply {
  return JSON.parse(JSON.stringify(success).replace(messageId, id));
}

function harnessFor(vendor: Vendor): Harness<HttpTarget> {
  const { name, key } = vendor;
  const secrets = name === "mailgun" ? [key, Buffer.from(`api:${key}`).toString("base64")] : [key];
  const refused = refusals(vendor);
  const accepted = (id: string): HttpReply => successOf(vendor, id);
  const Message = "Message OK, but will not deliver to these inactive addresses: cleo@example.net.";
  const partial = (id: string): HttpReply => {
    const { body, ...success } = accepted(id);
    return { ...success, body: { ...(body as object), Message } };
  };
  return httpHarness({
    create: (endpoint) => vendor.make({ endpoint }),
    secrets,
    accepted,
    verified: { body: { scopes: ["mail.send"] } },
    refused,
    async read(request) {
      const headers = Object.fromEntries(request.headers);
      const body = new Uint8Array(await request.arrayBuffer());
      return readers[name](await bodyFields(body, headers["content-type"]), headers);
    },
    quoting(text) {
      const { status = 400, body } = documented(vendor, "refused") ?? { body: {} };
      return { status, body: JSON.parse(JSON.stringify(body).replace("words", `${text} is wrong`)) };
    },
    ...(name === "postmark" ? { partial } : {}),
    cannot: {
      deferred: `${name} takes mail before it asks the recipient's server`,
      defer: `${name} takes mail before it asks the recipient's server`,
      ...(name === "postmark" ? {} : { partial: `${name} takes a message for all or for nobody` }),
      ...("rejected" in refused ? {} : { rejected: `${name} documents no answer about a recipient` }),
    },
  });
}

describe.each(vendors)("$name", (vendor) => {
  const harness = harnessFor(vendor);

  describe("by itself", () => {
    test.each(rules(harness))("$name", (rule) => rule.run());
  });

  test("meets every kind that its documentation has an answer for, and says why not what it cannot", () => {
    const kinds = new Set(vendor.errors.map(({ kind }) => kind));
    expect([...kinds].filter((kind) => !(kind in harness.provoke))).toEqual([]);
    const left = coverage(harness).notCovered.map(({ reason }) => reason);
    expect([...left].sort()).toEqual(Object.values(harness.cannot ?? {}).sort());
  });

  describe("in a chain", () => {
    test.each(rules(throughChain(harness, (one) => createChain([one], { policies: [] }))))("$name", (rule) =>
      rule.run(),
    );
    test.each(chainRules(harness, (two) => createChain(two, { policies: [] })))("$name", (rule) =>
      rule.run(),
    );
  });
});

test("Postmark alone speaks of single recipients where it takes a message", () => {
  const counts = vendors.map((one) => [
    one.name,
    chainRules(harnessFor(one), (two) => createChain(two, { policies: [] })).length,
  ]);
  expect(counts.filter(([, count]) => count !== 0)).toEqual([["postmark", 1]]);
});
