import { lost, type Row, taken, unknown } from "./row.ts";

const big = { attachments: [{ filename: "big.bin", content: Buffer.alloc(750_000, 7) }] };
const huge = { attachments: [{ filename: "huge.bin", content: Buffer.alloc(6_000_000, 7) }] };
const raced = { kind: "unknown", accepted: 0, handedOver: "raced" } as const;
const answered = (kind: Row["kind"], reply: string, code: string): Omit<Row, "fault"> => ({
  server: { script: { dot: { reply } } },
  kind,
  accepted: 0,
  handedOver: true,
  code,
});
const dropped = { script: { dot: { drop: true } } } as const;
const cut = { script: { dot: { reset: true } } } as const;
const silent = { script: { dot: { stall: true } } } as const;

export const bodyRows: readonly Row[] = [
  {
    fault: "drop mid body 1MB",
    server: { script: { body: { afterBytes: 100_000, next: "drop" } } },
    mail: big,
    ...raced,
  },
  {
    fault: "rst mid body 1MB",
    server: { script: { body: { afterBytes: 100_000, next: "reset" } } },
    mail: big,
    ...raced,
  },
  {
    fault: "stall mid body 8MB (no read)",
    server: { script: { body: { afterBytes: 100_000, next: "stall" } } },
    mail: huge,
    ...lost,
    code: "SOCKET_TIMEOUT",
  },
  { fault: "dot -> 250 (ok)", ...taken },
  { fault: "dot -> 451", ...answered("transient", "451 4.3.0 later", "451 4.3.0") },
  { fault: "dot -> 452", ...answered("transient", "452 4.3.1 no room", "452 4.3.1") },
  { fault: "dot -> 550 content", ...answered("refused", "550 5.7.1 spam", "550 5.7.1") },
  { fault: "dot -> 552 size", ...answered("refused", "552 5.3.4 too big", "552 5.3.4") },
  { fault: "dot -> 554 5.7.1", ...answered("refused", "554 5.7.1 policy", "554 5.7.1") },
  { fault: "dot -> 421 close", ...answered("transient", "421 4.3.2 closing", "421 4.3.2") },
  {
    fault: "DROP after dot, before reply (AMBIGUOUS)",
    server: dropped,
    ...unknown,
    reason: /after the message was handed over/,
  },
  { fault: "DROP after dot, before reply (AMBIGUOUS) [pool]", server: dropped, ...unknown },
  { fault: "DROP after dot on reused conn (AMBIGUOUS) [pool]", server: dropped, reused: true, ...unknown },
  { fault: "RST after dot (AMBIGUOUS)", server: cut, ...unknown, code: "ECONNRESET" },
  { fault: "RST after dot on reused conn [pool]", server: cut, reused: true, ...unknown },
  { fault: "STALL after dot (AMBIGUOUS)", server: silent, ...unknown, code: "SOCKET_TIMEOUT" },
  { fault: "STALL after dot (AMBIGUOUS) [pool]", server: silent, ...unknown },
  {
    fault: 'after dot partial reply "250 o" + drop',
    server: { script: { dot: { drop: true, after: "250 o" } } },
    ...unknown,
  },
  {
    fault: 'after dot partial reply "550 5.7" + drop',
    server: { script: { dot: { drop: true, after: "550 5.7" } } },
    ...unknown,
    accepted: 0,
  },
  { fault: "after dot garbage reply", server: { script: { dot: { raw: "ja gerne\r\n" } } }, ...unknown },
  {
    fault: "after dot reply then drop immediately",
    server: { script: { dot: { reply: "250 2.0.0 ok", next: "drop" } } },
    ...taken,
  },
];
