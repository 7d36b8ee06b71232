import type { Row } from "./row.ts";

const reply = (line: string) => ({ reply: line });

/** SMTP faults before MAIL, by the step at which they happen. */
export const sessionRows: readonly Row[] = [
  { name: "connection refused", down: true, kind: "transient", copies: 0 },
  {
    name: "connection dropped before the greeting",
    script: { connect: { drop: true } },
    kind: "transient",
    copies: 0,
  },
  {
    name: "connection reset before the greeting",
    script: { connect: { reset: true } },
    kind: "transient",
    copies: 0,
  },
  {
    name: "no greeting",
    script: { greeting: { stall: true } },
    timeoutMs: 150,
    kind: "transient",
    copies: 0,
  },
  {
    name: "greeting trickles",
    script: { greeting: { trickle: "220 slow and slower", everyMs: 60 } },
    timeoutMs: 150,
    kind: "transient",
    copies: 0,
  },
  {
    name: "greeting 421",
    script: { greeting: reply("421 4.3.2 shutting down") },
    kind: "transient",
    copies: 0,
  },
  {
    name: "too many connections in the greeting, all of them others'",
    script: { greeting: { reply: "421 4.7.0 too many connections", next: "drop" } },
    kind: "throttled",
    copies: 0,
  },
  {
    name: "EHLO refused for our name",
    script: { ehlo: { reply: "421 4.7.0 Try again later, closing connection. (EHLO)", next: "drop" } },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "greeting 554",
    script: { greeting: reply("554 5.3.2 no service here") },
    kind: "transient",
    copies: 0,
  },
  {
    name: "greeting of an HTTP server",
    script: { greeting: { raw: "HTTP/1.1 400 Bad Request\r\n\r\n" } },
    kind: "transient",
    copies: 0,
  },
  { name: "EHLO 421", script: { ehlo: reply("421 4.3.2 shutting down") }, kind: "transient", copies: 0 },
  {
    name: "STARTTLS 454",
    script: { starttls: reply("454 4.7.0 TLS not available") },
    kind: "transient",
    copies: 0,
  },
  {
    name: "connection reset in the TLS handshake",
    script: { tls: { reset: true } },
    kind: "transient",
    copies: 0,
  },
  { name: "STARTTLS not offered", server: { starttls: false }, kind: "misconfigured", copies: 0 },
  { name: "certificate expired", server: { certificate: "expired" }, kind: "misconfigured", copies: 0 },
  {
    name: "certificate of another host",
    server: { certificate: "wrongName" },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "certificate of an unknown authority",
    server: { certificate: "selfSigned" },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "login refused",
    smtp: { auth: { user: "relais", pass: "wrong" } },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "login 454",
    script: { auth: reply("454 4.7.0 temporary authentication failure") },
    kind: "transient",
    copies: 0,
  },
  { name: "login stalls", script: { auth: { stall: true } }, timeoutMs: 200, kind: "transient", copies: 0 },
];
