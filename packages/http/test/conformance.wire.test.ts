import {
  chainRules,
  coverage,
  type Harness,
  type ProvokedKind,
  rules,
  type TestTarget,
  throughChain,
} from "@relais/conformance";
import { createChain } from "@relais/core";
import { describe, expect, test } from "vitest";
import type { Reply } from "./api-server.ts";
import { type MailApi, mailApi } from "./mail-api.ts";
import { type Vendor, vendors } from "./vendors.ts";

interface HttpStage extends TestTarget {
  readonly far: MailApi;
}

type Provoke = Harness<HttpStage>["provoke"];

/** A wait is longer than a chain's deadline here, so that a chain does not ask again. */
function waitingLong({ status, headers = {}, body }: Reply): Reply {
  const long = Object.fromEntries(Object.keys(headers).map((name) => [name, "600"]));
  return { status, body, headers: long };
}

/** The first of a vendor's documented answers that means this kind. */
function documented({ errors }: Vendor, kind: ProvokedKind): Reply | undefined {
  return errors.find((one) => one.kind === kind)?.reply;
}

function refusals(vendor: Vendor): Provoke {
  const kinds = ["transient", "throttled", "deferred", "misconfigured", "refused", "rejected"] as const;
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const reply = documented(vendor, kind);
      return reply === undefined ? [] : [[kind, ({ far }: HttpStage) => far.refuse(waitingLong(reply))]];
    }),
  );
}

const partial: NonNullable<Provoke["partial"]> = ({ far }) =>
  far.takeBut(["cleo@example.net"], {
    Message: "Message OK, but will not deliver to these inactive addresses: cleo@example.net.",
  });

function harnessFor(vendor: Vendor): Harness<HttpStage> {
  const { name, key } = vendor;
  const { status } = vendor.success;
  const basic = Buffer.from(`api:${key}`).toString("base64");
  const secrets = name === "mailgun" ? [key, basic] : [key];
  const refused = documented(vendor, "refused") ?? { status: 400 };
  const echo: Reply = {
    status: refused.status,
    body: JSON.parse(JSON.stringify(refused.body).replace("words", `${secrets.join(" or ")} is wrong`)),
  };
  const some = name === "postmark";
  const found = refusals(vendor);
  return {
    async make() {
      const far = await mailApi(vendor);
      return {
        far,
        provider: vendor.make({ endpoint: far.endpoint }),
        secrets,
        received: () => far.received,
        requests: () => far.requests,
        close: far.close,
      };
    },
    provoke: {
      transient: ({ far }) => far.down(),
      ...found,
      unknown: ({ far }) => far.take((request) => void request.socket.destroy()),
      stall: ({ far }) => far.take(() => undefined),
      missingId: ({ far }) =>
        far.take((_, response) => void response.writeHead(status, { connection: "close" }).end("{}")),
      echo: ({ far }) => far.refuse(echo),
      ...(some ? { partial } : {}),
    },
    cannot: {
      deferred: `${name} takes mail before it asks the recipient's server`,
      defer: `${name} takes mail before it asks the recipient's server`,
      ...(some ? {} : { partial: `${name} takes a message for all or for nobody` }),
      ...("rejected" in found ? {} : { rejected: `${name} documents no answer about a recipient` }),
    },
  };
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
