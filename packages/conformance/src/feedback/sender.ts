import type { BounceType, FeedbackType } from "@relais/core/spi";

/** What a vendor tells of one recipient. */
export interface VendorEvent {
  readonly type: FeedbackType;
  /** Of `bounced` only. */
  readonly bounce?: BounceType | undefined;
  readonly recipient: string;
  /** Our id of the message, as the vendor carries it. */
  readonly message?: string | undefined;
  /** The vendor's id of the message, as a send was answered with it. */
  readonly providerMessageId: string;
  /** When it happened, ms since 1970, whole seconds. */
  readonly at: number;
}

/** A webhook as it comes. */
export interface WebhookRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A webhook that a receiver must refuse. */
export interface RefusedWebhook {
  /** What is wrong with it. */
  readonly name: string;
  /** The HTTP status that it must be answered with. */
  readonly status: number;
  readonly request: WebhookRequest;
}

/** Sends what a vendor sends: signed with real keys, and in all the ways that must not pass. */
export interface FeedbackSender<Options extends object> {
  /** As in `FeedbackEvent.source`. */
  readonly source: string;
  /** What a receiver must be told. */
  readonly options: Options;
  /** Secrets among the options: they must never come out. */
  readonly secrets: readonly string[];
  /** What the vendor tells: types, and bounces by severity. */
  readonly tells: readonly Pick<VendorEvent, "type" | "bounce">[];
  /** The vendor's webhooks for some events; several of them come in one where it sends batches. */
  requests(events: readonly VendorEvent[]): readonly WebhookRequest[];
  /** What is genuine and means nothing: opens, clicks, tests. */
  ignored(): readonly WebhookRequest[];
  /** What must be refused: forged, foreign, stale, malformed. */
  refused(): readonly RefusedWebhook[];
  /**
   * A request with one byte changed of what is signed: `where` is any whole number, and chooses it. Absent where the
   * vendor does not sign what it says.
   */
  tampered?(request: WebhookRequest, where: number): WebhookRequest;
}

/** A body: bytes and texts as they are, all else as JSON. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
}

/** All that vendors tell of a recipient. Some do not tell one or the other. */
export const everyKind: readonly Pick<VendorEvent, "type" | "bounce">[] = [
  { type: "delivered" },
  { type: "deferred" },
  { type: "bounced", bounce: "hard" },
  { type: "bounced", bounce: "soft" },
  { type: "bounced", bounce: "undetermined" },
  { type: "blocked" },
  { type: "complained" },
  { type: "unsubscribed" },
  { type: "failed" },
];

export const seconds = (ms: number): number => Math.floor(ms / 1_000);

export const iso = (ms: number): string => new Date(ms).toISOString();

/** What is malformed for every vendor that sends JSON, told apart from what a vendor alone gets wrong. */
export const notJson: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ["no JSON", "It works!"],
  ["JSON cut short", '{"event":"delivered"'],
  ["an empty body", ""],
  ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
  ["JSON of another shape", '"delivered"'],
];

/** More than a receiver reads. */
export const oversized: Uint8Array<ArrayBuffer> = Buffer.alloc(4 * 1024 * 1024, 0x20);

/** The body with one byte changed, whatever stands there. */
export function flipped(body: Uint8Array, where: number): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(body);
  const at = where % changed.length;
  changed[at] = (changed[at] as number) ^ (1 << (where % 7));
  return changed;
}

/** Webhooks that carry a login in place of a signature, in its right and its wrong forms. */
export function loginHeaders(value: string): {
  readonly right: Readonly<Record<string, string>>;
  readonly wrong: readonly (readonly [name: string, headers: Readonly<Record<string, string>>])[];
} {
  const json = { "content-type": "application/json" };
  return {
    right: { ...json, authorization: value },
    wrong: [
      ["without credentials", json],
      ["with wrong credentials", { ...json, authorization: `${value.slice(0, -4)}AAAA` }],
      ["with empty credentials", { ...json, authorization: value.replace(/ .*/, " ") }],
      ["with a part of the credentials", { ...json, authorization: value.slice(0, -1) }],
      [
        "as the other kind of login",
        { ...json, authorization: value.replace(/^\w+/, (kind) => (kind === "Basic" ? "Bearer" : "Basic")) },
      ],
      ["with another scheme", { ...json, authorization: value.replace(/^\w+/, "Digest") }],
    ],
  };
}
