import type { SmtpAction, SmtpMoment } from "@relais/conformance";
import { lost, type Row, taken } from "./row.ts";

const kind = (kind: Row["kind"]): Pick<Row, "kind" | "accepted" | "handedOver"> => ({
  kind,
  accepted: 0,
  handedOver: false,
});
const three = { to: ["one@relais.test", "two@relais.test", "three@relais.test"] };
const two = { to: ["one@relais.test", "two@relais.test"] };
const by =
  (replies: Readonly<Record<string, string>>) =>
  ({ address = "" }: SmtpMoment): SmtpAction | undefined => {
    const reply = replies[address.slice(0, address.indexOf("@"))];
    return reply === undefined ? undefined : { reply };
  };
const partial = by({ two: "550 5.1.1 no such user", three: "450 4.2.1 mailbox busy" });
const partly = {
  ...taken,
  rejected: { "two@relais.test": "rejected", "three@relais.test": "deferred" },
} as const;
const late421 = { reply: "421 4.3.0 going down", next: "drop" } as const;

export const envelopeRows: readonly Row[] = [
  {
    fault: "MAIL 451",
    server: { script: { mail: { reply: "451 4.3.0 later" } } },
    ...lost,
    code: "451 4.3.0",
  },
  {
    fault: "MAIL 550 sender",
    server: { script: { mail: { reply: "550 5.7.1 not yours" } } },
    ...kind("refused"),
    code: "550 5.7.1",
  },
  {
    fault: "MAIL 552 size",
    server: { script: { mail: { reply: "552 5.3.4 too big" } } },
    ...kind("refused"),
    code: "552 5.3.4",
  },
  // The size is always given: what nodemailer sends without it is refused before a byte goes out.
  {
    fault: "EHLO SIZE 200 advertised, message bigger",
    server: { size: 200 },
    ...kind("refused"),
    reason: /larger than the server allows/,
    mails: 0,
  },
  {
    fault: "EHLO SIZE, envelope.size set",
    server: { size: 200 },
    mail: { text: "x".repeat(300_000) },
    ...kind("refused"),
    mails: 0,
  },
  {
    fault: "RCPT greylist 450",
    server: { script: { rcpt: { reply: "450 4.2.0 Greylisted" } } },
    ...kind("deferred"),
    code: "450 4.2.0",
  },
  {
    fault: "RCPT greylist 451",
    server: { script: { rcpt: { reply: "451 4.7.1 Greylisting in action" } } },
    ...kind("deferred"),
    code: "451 4.7.1",
  },
  {
    fault: "RCPT 550 5.1.1",
    server: { script: { rcpt: { reply: "550 5.1.1 no such user" } } },
    ...kind("rejected"),
    code: "550 5.1.1",
  },
  {
    fault: "RCPT 550 5.1.1 [pool]",
    server: { script: { rcpt: { reply: "550 5.1.1 no such user" } } },
    ...kind("rejected"),
  },
  { fault: "partial RCPT (ok,550,450)", server: { script: { rcpt: partial } }, mail: three, ...partly },
  {
    fault: "partial RCPT no PIPELINING",
    server: { pipelining: false, script: { rcpt: partial } },
    mail: three,
    ...partly,
  },
  {
    fault: "all rejected mixed 550+450",
    server: { script: { rcpt: by({ one: "550 5.1.1 no such user", two: "450 4.2.1 busy" }) } },
    mail: two,
    ...kind("deferred"),
    code: "450 4.2.1",
    rejected: { "one@relais.test": "rejected", "two@relais.test": "deferred" },
  },
  {
    fault: "all rejected 550+551",
    server: {
      script: {
        rcpt: by({ one: "550 No such user here", two: "551 User not local; please try <x@y.test>" }),
      },
    },
    mail: two,
    ...kind("rejected"),
    rejected: { "one@relais.test": "rejected", "two@relais.test": "rejected" },
  },
  {
    fault: "all rejected, server answers 354 to DATA anyway",
    server: { script: { rcpt: { reply: "550 5.1.1 no" }, data: { reply: "354 go on" } } },
    ...kind("rejected"),
    // nodemailer ends the empty message, which the server keeps for nobody.
    accepted: 1,
  },
  {
    fault: "RCPT 452 too many",
    server: { script: { rcpt: { reply: "452 4.5.3 too many recipients" } } },
    ...lost,
    code: "452 4.5.3",
  },
  { fault: "421 at RCPT then drop", server: { script: { rcpt: late421 } }, ...lost, code: "421 4.3.0" },
  {
    fault: "421 at RCPT then drop [pool]",
    server: { script: { rcpt: late421 } },
    ...lost,
    code: "421 4.3.0",
  },
  { fault: "drop at MAIL", server: { script: { mail: { drop: true } } }, ...lost, code: "ECONNECTION" },
  { fault: "drop at RCPT", server: { script: { rcpt: { drop: true } } }, ...lost, code: "ECONNECTION" },
  { fault: "stall at RCPT", server: { script: { rcpt: { stall: true } } }, ...lost, code: "SOCKET_TIMEOUT" },
  {
    fault: "trickle reply at RCPT (defeats socketTimeout)",
    server: { script: { rcpt: { trickle: "250 2.1.5 ok", everyMs: 150 } } },
    ...taken,
  },
  {
    fault: "DATA 554",
    server: { script: { data: { reply: "554 5.6.0 no" } } },
    ...kind("refused"),
    code: "554 5.6.0",
  },
  {
    fault: "DATA 451",
    server: { script: { data: { reply: "451 4.3.0 later" } } },
    ...lost,
    code: "451 4.3.0",
  },
  { fault: "drop at DATA (before 354)", server: { script: { data: { drop: true } } }, ...lost },
];
