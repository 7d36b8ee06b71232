import { broken, lost, type Row, taken } from "./row.ts";

const users = { ann: "sesame-42" };
const right = { auth: { user: "ann", pass: "sesame-42" }, requireTLS: false } as const;
const wrong = { auth: { user: "ann", pass: "wrong-pass" }, requireTLS: false } as const;

export const authRows: readonly Row[] = [
  { fault: "auth 535", server: { auth: { users } }, options: wrong, ...broken, code: /^535/, mails: 0 },
  {
    fault: "auth 535 [pool]",
    server: { auth: { users } },
    options: wrong,
    ...broken,
    code: /^535/,
    mails: 0,
  },
  {
    fault: "auth 454 temporary",
    server: { auth: { users }, script: { auth: { reply: "454 4.7.0 try later" } } },
    options: right,
    ...lost,
    code: "454 4.7.0",
  },
  {
    fault: "auth 421",
    server: { auth: { users }, script: { auth: { reply: "421 4.7.0 closing", next: "drop" } } },
    options: right,
    ...lost,
    code: "421 4.7.0",
  },
  {
    fault: "auth echo of password in reply",
    server: {
      auth: { users },
      script: { auth: ({ line }) => ({ reply: `535 5.7.8 ${line} or wrong-pass is wrong` }) },
    },
    options: wrong,
    ...broken,
    code: "535 5.7.8",
    reason: /redacted/,
  },
  {
    fault: "server without AUTH (creds given)",
    server: { script: { mail: { reply: "530 5.7.0 Authentication required" } } },
    options: right,
    ...broken,
    code: "ENOAUTH",
    mails: 0,
  },
  {
    fault: "auth stall",
    server: { auth: { users }, script: { auth: { stall: true } } },
    options: right,
    ...lost,
    code: "SOCKET_TIMEOUT",
  },
  {
    fault: "auth only XOAUTH2 offered",
    server: { auth: { users, mechanisms: ["XOAUTH2"] }, script: { auth: { reply: "235 2.7.0 fine" } } },
    options: right,
    ...taken,
  },
];
