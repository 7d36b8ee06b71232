import { lost, type Row, taken } from "./row.ts";

const line = `220 ${"x".repeat(3_000_000)}`;
const endless = "220-more\r\n".repeat(300_000);

export const connectRows: readonly Row[] = [
  { fault: "refused", at: "refused", ...lost, code: "ECONNREFUSED", reason: /^connection refused$/ },
  { fault: "blackhole-syn", at: "blackhole", ...lost, code: "CONNECT_TIMEOUT" },
  { fault: "dns-nxdomain", at: "nowhere", ...lost, code: "ENOTFOUND", retryable: false },
  {
    fault: "accept-then-silent (no greeting)",
    server: { script: { greeting: { stall: true } } },
    ...lost,
    code: "GREETING_TIMEOUT",
    // A second one asks whether the server waits for a TLS handshake.
    connections: 2,
  },
  { fault: "slow-greeting 300ms (within)", server: { script: { greeting: { delayMs: 300 } } }, ...taken },
  {
    fault: "greeting-trickle",
    server: { script: { greeting: { trickle: `220 ${"x".repeat(200)}`, everyMs: 20 } } },
    ...lost,
    code: "GREETING_TIMEOUT",
    connections: 2,
  },
  {
    fault: "drop-before-greeting",
    server: { script: { greeting: { drop: true } } },
    ...lost,
    code: "ECONNECTION",
  },
  {
    fault: "drop-before-greeting [pool]",
    server: { script: { greeting: { drop: true } } },
    ...lost,
    code: "ECONNECTION",
  },
  {
    fault: "drop-before-greeting maxRequeues0 [pool]",
    server: { script: { greeting: { drop: true } } },
    ...lost,
  },
  {
    fault: "rst-before-greeting",
    server: { script: { greeting: { reset: true } } },
    ...lost,
    code: "ECONNRESET",
  },
  {
    fault: "rst-before-greeting [pool]",
    server: { script: { greeting: { reset: true } } },
    ...lost,
    code: "ECONNRESET",
  },
  {
    fault: "greeting 421",
    server: { script: { greeting: { reply: "421 4.3.2 not now" } } },
    ...lost,
    code: "421 4.3.2",
  },
  {
    fault: "greeting 421 [pool]",
    server: { script: { greeting: { reply: "421 4.3.2 not now" } } },
    ...lost,
    code: "421 4.3.2",
  },
  {
    fault: "greeting 554",
    server: { script: { greeting: { reply: "554 5.7.1 no mail from you" } } },
    ...lost,
    code: "554 5.7.1",
    retryable: false,
  },
  {
    fault: "greeting http",
    server: { script: { greeting: { raw: "HTTP/1.1 400 Bad Request\r\n\r\n" } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "greeting binary garbage",
    server: { script: { greeting: { raw: Buffer.from([0, 255, 7, 27, 10, 200, 13, 10]) } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "EHLO 421",
    server: { script: { ehlo: { reply: "421 4.3.2 closing" } } },
    ...lost,
    code: "421 4.3.2",
  },
  { fault: "EHLO 502 -> HELO ok", server: { script: { ehlo: { reply: "502 5.5.1 what?" } } }, ...taken },
  {
    fault: "huge single line no LF 3MB",
    server: { script: { greeting: { raw: line } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "endless multiline reply 3MB",
    server: { script: { greeting: { raw: endless } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "maxResponseSize 64k",
    server: { script: { greeting: { raw: line.slice(0, 70_000) } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "huge 550 reply 500KB at RCPT",
    server: { script: { rcpt: { reply: `550 5.1.1 ${"no such user ".repeat(40_000)}` } } },
    options: { maxResponseBytes: 1_000_000 },
    kind: "rejected",
    accepted: 0,
    handedOver: false,
    code: "550 5.1.1",
  },
  {
    fault: "malformed reply at MAIL",
    server: { script: { mail: { raw: "yes?\r\n" } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "unsolicited reply after greeting",
    server: { script: { greeting: { reply: "220 hello", next: { raw: "250 what\r\n" } } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "two greetings in one packet",
    server: { script: { greeting: { raw: "220 hello\r\n220 hello again\r\n" } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "two replies to EHLO in one packet",
    server: { script: { ehlo: { raw: "250 hello\r\n250 hello again\r\n" } } },
    ...lost,
    code: "EPROTOCOL",
  },
  {
    fault: "two replies to EHLO, one after the other",
    server: { script: { ehlo: { raw: "250 hello\r\n", next: { reply: "250 hello again" } } } },
    ...lost,
    code: "EPROTOCOL",
  },
];
