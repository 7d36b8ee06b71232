import { lost, type Row, taken } from "./row.ts";

export const reuseRows: readonly Row[] = [
  {
    fault: "reused conn: server dropped while idle [pool]",
    server: { script: { idle: { drop: true } } },
    reused: true,
    idleMs: 50,
    ...taken,
    connections: 2,
  },
  {
    fault: "reused conn: 421 idle [pool]",
    server: { script: { idle: { reply: "421 4.4.2 timeout", next: "drop" } } },
    reused: true,
    idleMs: 50,
    ...taken,
    connections: 2,
  },
  // A kept connection that is closed says nothing of the server: one fresh connection is tried, and only one.
  {
    fault: "reused conn: drop on MAIL of 2nd msg [pool]",
    server: { script: { mail: { drop: true } } },
    reused: true,
    ...lost,
    connections: 2,
    mails: 3,
  },
  {
    fault: "reused conn: drop on MAIL of 2nd msg maxRequeues0 [pool]",
    server: { script: { mail: { drop: true } } },
    reused: true,
    ...lost,
    connections: 2,
    mails: 3,
  },
  {
    fault: "reused conn: 421 on MAIL of 2nd msg [pool]",
    server: { script: { mail: { reply: "421 4.3.2 enough" } } },
    reused: true,
    ...lost,
    code: "421 4.3.2",
    connections: 2,
    mails: 3,
  },
  {
    fault: "reused conn: stall on MAIL of 2nd msg [pool]",
    server: { script: { mail: { stall: true } } },
    reused: true,
    ...lost,
    code: "SOCKET_TIMEOUT",
  },
  {
    fault: "reused conn: RSET fails after 550 [pool]",
    server: { script: { rcpt: { reply: "550 5.1.1 no such user" }, rset: { reply: "502 5.5.1 no" } } },
    reused: true,
    kind: "rejected",
    accepted: 0,
    handedOver: false,
  },
];
