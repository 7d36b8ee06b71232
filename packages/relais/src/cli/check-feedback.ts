import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Chain, createChain, type FeedbackType, type Link } from "@relais/core";
import type { Outbox } from "@relais/outbox";
import type { LoadedChain } from "../config/load-chain.ts";

/** What came of one mail to an address that a vendor has for tests. */
export interface FeedbackCheck {
  readonly provider: string;
  readonly recipient: string;
  readonly expected: FeedbackType;
  readonly ok: boolean;
  /** How long after it was sent the event was there, ms. */
  readonly ms?: number;
  /** Why it was not sent. */
  readonly reason?: string;
  /** Where it says how to subscribe. */
  readonly page: string;
}

/** Addresses that lead to one event each, and where it says how the vendor tells it. */
interface TestAddresses {
  readonly page: string;
  readonly addresses: Readonly<Record<string, FeedbackType>>;
}

const docs = "https://github.com/relais-mail/relais/blob/main/docs/feedback.md";
const simulator = "simulator.amazonses.com";

/** By plugin, or by API of `@relais/http`. */
const testAddresses: Readonly<Record<string, TestAddresses>> = {
  ses: {
    page: `${docs}#amazon-ses-by-sns`,
    addresses: {
      [`success@${simulator}`]: "delivered",
      [`bounce@${simulator}`]: "bounced",
      [`complaint@${simulator}`]: "complained",
      [`suppressionlist@${simulator}`]: "blocked",
      [`ooto@${simulator}`]: "delivered",
    },
  },
  postmark: {
    page: `${docs}#postmark`,
    addresses: {
      "hardbounce@bounce-testing.postmarkapp.com": "bounced",
      "softbounce@bounce-testing.postmarkapp.com": "bounced",
    },
  },
  resend: {
    page: `${docs}#resend`,
    addresses: {
      "delivered@resend.dev": "delivered",
      "bounced@resend.dev": "bounced",
      "complained@resend.dev": "complained",
    },
  },
};

interface EffectiveEntry {
  readonly id?: string;
  readonly use?: string;
  readonly options?: { readonly api?: string };
  readonly chain?: readonly EffectiveEntry[];
}

/** Which vendor each provider of a configuration is, by its id; of the environment's the id says it. */
function vendorsOf({ id = "", use = id, options, chain }: EffectiveEntry): [id: string, vendor: string][] {
  if (chain !== undefined) return chain.flatMap(vendorsOf);
  return [[id, options?.api ?? use.replace("@relais/", "").toLowerCase()]];
}

const linksOf = ({ links }: Pick<Chain, "links">): Link[] =>
  links.flatMap((link) => ("links" in link.provider ? linksOf(link.provider as Chain) : [link]));

const pollMs = 250;

/**
 * Sends a mail to each address that the vendors of a chain have for tests, by that provider alone, and waits for what
 * they tell of it, which somebody else puts into the outbox.
 * @returns none if no provider has such addresses
 */
export async function checkFeedback(
  chain: LoadedChain,
  outbox: Outbox,
  timeoutMs: number,
): Promise<readonly FeedbackCheck[]> {
  const vendors = new Map(vendorsOf(chain.effective() as EffectiveEntry));
  const waits = linksOf(chain).flatMap((link) => {
    const known = testAddresses[vendors.get(link.id) ?? ""];
    return Object.entries(known?.addresses ?? {}).map(
      async ([recipient, expected]): Promise<FeedbackCheck> => {
        const check = { provider: link.id, recipient, expected, page: known?.page ?? docs };
        // A chain of its own, which is not closed: the link belongs to the other one.
        const delivery = await createChain([link], { from: chain.from }).send({
          id: randomUUID(),
          to: recipient,
          subject: "relais check --feedback",
          text: "A mail to an address that the provider has for tests.",
        });
        if (!delivery.success) return { ...check, ok: false, reason: delivery.reason };
        const messageId = delivery.receipts[0]?.messageId;
        const sentAt = performance.now();
        while (performance.now() - sentAt < timeoutMs) {
          const { events } = await outbox.suppression.show(recipient);
          if (events.some((one) => one.type === expected && one.providerMessageId === messageId))
            return { ...check, ok: true, ms: Math.round(performance.now() - sentAt) };
          await sleep(pollMs);
        }
        return { ...check, ok: false };
      },
    );
  });
  return Promise.all(waits);
}

/** As text: a line for each address, and for each provider that told nothing at all where to look. */
export function feedbackLines(checks: readonly FeedbackCheck[], timeoutMs: number): string[] {
  const lines = checks.map(({ provider, recipient, expected, ok, ms = 0, reason }) => {
    const missing = `no event "${expected}" within ${timeoutMs / 1_000} s`;
    const said = ok ? `${expected} after ${(ms / 1_000).toFixed(1)} s` : (reason ?? missing);
    return `  ${provider}  ${ok ? "ok  " : "FAIL"}  ${recipient}: ${said}`;
  });
  const hints = [...new Set(checks.map(({ provider }) => provider))].flatMap((provider) => {
    const own = checks.filter((one) => one.provider === provider);
    const sent = own.filter(({ reason }) => reason === undefined);
    const page = own[0]?.page;
    if (sent.length === 0 || sent.every(({ ok }) => ok)) return [];
    return [
      sent.some(({ ok }) => ok)
        ? `${provider} does not tell all of it: subscribe to these events, too. See ${page}`
        : `${provider} told nothing: has nobody subscribed, or does no relais worker listen? See ${page}`,
    ];
  });
  return [...lines, ...hints];
}
