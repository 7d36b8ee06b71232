import type { SesFault } from "@relais/conformance";
import { parcel } from "./context.ts";
import type { FaultRow } from "./fault-row.ts";

const sesError = (code: string, message = `words about ${code}`, status = 400): SesFault => ({
  error: { code, message, status },
});
const big = () => parcel(5_600_000);

/** What the far end does: breaks off, answers oddly, or says in its own words that it is busy. */
export const farEndRows: readonly FaultRow[] = [
  { title: "ok SendRawEmail", kind: "receipt", copies: 1 },
  // the far end breaks off
  {
    title: "silent after the request, aborted",
    fault: { stall: "beforeProcessing" },
    abortAfterMs: 100,
    kind: "unknown",
  },
  {
    title: "stall after accept",
    fault: { stall: "afterAccept" },
    abortAfterMs: 100,
    kind: "unknown",
    copies: 1,
  },
  {
    title: "RST before processing",
    fault: { reset: "beforeProcessing" },
    kind: "unknown",
    code: /^ECONNRESET$/,
  },
  {
    title: "RST after accept",
    fault: { reset: "afterAccept" },
    kind: "unknown",
    code: /^ECONNRESET$/,
    copies: 1,
  },
  {
    title: "FIN after accept",
    fault: { close: "afterAccept" },
    kind: "unknown",
    code: /^ECONNRESET$/,
    copies: 1,
  },
  {
    title: "RST while sending a big body",
    fault: { reset: "whileReading" },
    message: big,
    kind: "transient",
    code: /^(ECONNRESET|EPIPE)$/,
    handedOver: false,
  },
  {
    title: "server never reads a big body",
    fault: { stall: "noRead" },
    message: big,
    abortAfterMs: 100,
    kind: "cancelled",
    handedOver: false,
  },
  { title: "slow body, time enough", fault: { ok: "trickle", everyMs: 1 }, kind: "receipt", copies: 1 },
  { title: "slow body, aborted", fault: { ok: "trickle" }, abortAfterMs: 100, kind: "unknown", copies: 1 },
  // a 200 that is none
  { title: "truncated 200", fault: { ok: "truncated" }, kind: "unknown", code: /^ECONNRESET$/, copies: 1 },
  { title: "200 with an HTML body", fault: { ok: "html" }, kind: "unknown", code: /^HTTP 200$/, copies: 1 },
  { title: "200 with an empty body", fault: { ok: "empty" }, kind: "unknown", code: /^HTTP 200$/, copies: 1 },
  {
    title: "200 without a MessageId",
    fault: { ok: "noMessageId" },
    kind: "unknown",
    code: /^HTTP 200$/,
    copies: 1,
  },
  { title: "200 with 50 MB", fault: { ok: "huge" }, kind: "unknown", reason: /could not be read/, copies: 1 },
  { title: "200 with an entity bomb", fault: { ok: "xmlBomb" }, kind: "unknown", copies: 1 },
  // our speed
  {
    title: "Throttling, rate",
    fault: sesError("Throttling", "Maximum sending rate exceeded."),
    kind: "throttled",
    code: /^Throttling$/,
    retryAfterMs: 1_000,
  },
  {
    title: "Throttling, daily quota",
    fault: sesError("Throttling", "Daily message quota exceeded."),
    kind: "throttled",
    retryAfterMs: 600_000,
  },
  {
    title: "ThrottlingException",
    fault: sesError("ThrottlingException", "Rate exceeded"),
    kind: "throttled",
    code: /^ThrottlingException$/,
    retryAfterMs: 1_000,
  },
  { title: "LimitExceeded", fault: sesError("LimitExceeded"), kind: "throttled", retryAfterMs: 60_000 },
  {
    title: "the account's own rate",
    server: { quota: { max24HourSend: 1_000, maxSendRate: 1, sentLast24Hours: 1_000 } },
    kind: "throttled",
    retryAfterMs: 600_000,
  },
  // their trouble, in their words
  { title: "RequestExpired", fault: { expiredRequest: true }, kind: "transient", code: /^RequestExpired$/ },
  {
    title: "ServiceUnavailable 503",
    fault: sesError("ServiceUnavailable", "Try later", 503),
    kind: "transient",
    code: /^ServiceUnavailable$/,
  },
  {
    title: "InternalFailure 500",
    fault: sesError("InternalFailure", "Sorry", 500),
    kind: "transient",
    code: /^InternalFailure$/,
  },
  {
    title: "a name nobody knows, 500",
    fault: sesError("Wobble", "Sorry", 500),
    kind: "transient",
    code: /^Wobble$/,
  },
  { title: "a name nobody knows, 400", fault: sesError("Wobble"), kind: "refused", code: /^Wobble$/ },
];
