import type { ProviderLimits } from "@relais/core/spi";
import type { HttpResponse } from "@relais/http-client";
import type { AddressedMessage } from "./addressed-message.ts";
import type { ErrorRow } from "./errors.ts";

/** An HTTP answer, complete. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The text as JSON; `undefined` if it is none, or has more than 128 KB. */
  readonly json: unknown;
}

/** One part of a form: a text, or a file with its bytes. */
export type FormField =
  | { readonly name: string; readonly value: string }
  | {
      readonly name: string;
      readonly filename: string;
      readonly contentType: string;
      readonly content: Uint8Array;
    };

/** A request body before it is bytes: a JSON value, or the fields of a `multipart/form-data` form. */
export type HttpBody = { readonly json: unknown } | { readonly form: readonly FormField[] };

/** What an answer of success says. */
export interface Acceptance {
  /** Without one it does not say that the message was taken. */
  readonly messageId: string | undefined;
  /** Recipients that it left out, by the code whose row says why. Those not in the envelope are not looked at. */
  readonly rejected?: readonly { readonly address: string; readonly code: string }[];
}

/** What an answer of failure says. */
export interface ApiError {
  /** The vendor's own code, as its rows have it. */
  readonly code?: string | undefined;
  /** The vendor's words. */
  readonly text?: string | undefined;
  /** The recipients it is about, where it says so: they are given up, and the others asked for once more. */
  readonly about?: readonly string[] | undefined;
  /** Where it says no more than that it is one of these: they are asked for in parts, until it is known. */
  readonly among?: readonly string[] | undefined;
}

/**
 * Bounds that the vendor documents, as `ProviderLimits` has them. A chain splits a message for more recipients, and
 * passes the provider over for anything else; without a chain it is `refused` before anything is connected.
 */
export interface HttpLimits
  extends Pick<
    ProviderLimits,
    "attachmentEncoding" | "smtpUtf8" | "refusedExtensions" | "allowedExtensions"
  > {
  /** Recipients in one call, hidden ones included. */
  readonly maxRecipients?: number;
  /** Bytes of the request body. */
  readonly maxBodyBytes?: number;
  /** Further ones: what is wrong with a message, as a reason. */
  readonly refuse?: (outgoing: AddressedMessage) => string | undefined;
}

/** A cheap question that tells whether the key is good; sends nothing. */
export interface HttpCheck {
  readonly path: string;
  /** What an answer means, where the status alone does not say it: a note on good health, or what is wrong. */
  readonly interpret?: (answer: Answer) => { readonly note: string } | { readonly wrong: string } | undefined;
}

/** An HTTP mail API, described. */
export interface HttpApi {
  /** `Resend`; in capitals the default id of its provider. */
  readonly name: string;
  /** Base URL. https, or http to a loopback address. */
  readonly endpoint: string;
  /** Where messages go, from the endpoint on: `/emails`. They are POSTed. */
  readonly path: string;
  /** Sent with every request: the login, in most cases. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must never come out: keys, and the header values made from them. */
  readonly secrets: readonly string[];
  /** The header that carries `outgoing.key`. */
  readonly idempotencyHeader?: string;
  /** The request that hands this message over. Must be the same for the same message. */
  readonly body: (outgoing: AddressedMessage) => HttpBody;
  /** Reads an answer of 2xx; `undefined` if it does not say that the message was taken. */
  readonly accepted: (answer: Answer) => Acceptance | undefined;
  /** Reads any other answer; to a message, or (without a message) to the check. */
  readonly complaint: (answer: Answer, outgoing?: AddressedMessage) => ApiError;
  /** The vendor's errors. Rows of `httpStatuses` follow. */
  readonly errors: readonly ErrorRow[];
  readonly limits?: HttpLimits;
  readonly check?: HttpCheck;
}

/** A reason for each of 1,000 recipients has 100 KB. Reading 1 MB of hostile JSON was seen to block for 0.1 s. */
const maxJsonCharacters = 128 * 1024;

function parsed(text: string): unknown {
  if (text.length > maxJsonCharacters) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function answerOf({ status, headers, body }: HttpResponse): Answer {
  const text = Buffer.from(body).toString("utf8");
  return { status, headers, text, json: parsed(text) };
}

/** What an answer's JSON holds at this path, if it is a text or a number; as text. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  if (typeof at === "number") return String(at);
  return typeof at === "string" && at !== "" ? at : undefined;
}
