import { Transform } from "node:stream";
import type { SendMailOptions, SentMessageInfo, Transporter } from "nodemailer";
import type { Sources } from "./documented-sources.ts";

export type AnyTransporter = Transporter<SentMessageInfo>;

/** What a page of nodemailer's documentation has an application call. */
export interface Call {
  /** The page of https://nodemailer.com that shows it. */
  readonly page: string;
  readonly what: string;
  /** The second argument of createTransport. */
  readonly defaults?: SendMailOptions;
  /** What it comes to, as an application sees it. */
  readonly run: (transporter: AnyTransporter, at: Sources) => Promise<unknown>;
}

export const mail = { from: "foo@example.com", to: "bar@example.com", subject: "Hi", text: "Hello" };

/** What an application gets, and can rely on. */
const summary = ({ accepted, rejected, envelope, messageId, response }: SentMessageInfo): unknown => ({
  accepted,
  rejected,
  envelope,
  messageId: typeof messageId,
  response,
});
/** What an application looks at in an error; what of it is not there stays away. */
export const failing = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => "sent",
    (error: unknown) => {
      const { name, code, originalCode, responseCode, rejected } = error as Record<string, unknown>;
      return JSON.parse(JSON.stringify({ name, code, originalCode, responseCode, rejected }));
    },
  );

const usage: readonly Call[] = [
  { page: "/usage", what: "a promise", run: async (one) => summary(await one.sendMail(mail)) },
  {
    page: "/usage",
    what: "a callback, and nothing returned",
    run: (one) =>
      new Promise((resolve, reject) => {
        const returned: unknown = one.sendMail(mail, (error, info) =>
          error ? reject(error) : resolve([summary(info), returned]),
        );
      }),
  },
  {
    page: "/usage",
    what: "an error to a callback, and no info",
    run: (one) =>
      new Promise((resolve) => {
        one.sendMail({ from: "foo@example.com", text: "for nobody" }, (error, info) => {
          resolve([(error as { code?: string } | null)?.code, info === undefined]);
        });
      }),
  },
  {
    page: "/usage",
    what: "defaults, of which the mail overrides some",
    defaults: {
      from: "default@example.com",
      subject: "by default",
      headers: { "x-default": "yes", "x-both": "default" },
    },
    run: async (one) =>
      summary(await one.sendMail({ to: "bar@example.com", text: "Hello", headers: { "x-both": "own" } })),
  },
  {
    page: "/usage",
    what: "one transporter for many mails",
    run: async (one) => {
      const all = Array.from({ length: 8 }, (_, i) => one.sendMail({ ...mail, to: `r${i}@example.com` }));
      return (await Promise.all(all)).map(summary);
    },
  },
  { page: "/usage", what: "nobody to send to", run: (one) => failing(one.sendMail({ ...mail, to: "" })) },
  {
    page: "/usage",
    what: "a signal that has aborted",
    run: (one) => failing(one.sendMail({ ...mail, signal: AbortSignal.abort() })),
  },
  { page: "/smtp", what: "verify, as a promise", run: async (one) => one.verify() },
  {
    page: "/smtp",
    what: "verify, with a callback",
    run: (one) => new Promise((resolve) => one.verify((error, success) => resolve(error ?? success))),
  },
  {
    page: "/smtp/pooled",
    what: "mails pushed while the transporter is idle, on the event idle",
    run: (one) =>
      new Promise((resolve, reject) => {
        const waiting = Array.from({ length: 12 }, (_, i) => ({ ...mail, to: `r${i}@example.com` }));
        let left = waiting.length;
        one.on("idle", () => {
          for (let next = waiting[0]; next !== undefined && one.isIdle(); next = waiting[0]) {
            waiting.shift();
            one.sendMail(next, (error) => {
              left -= 1;
              if (error) reject(error);
              else if (left === 0) resolve("all sent");
            });
          }
        });
      }),
  },
];

const keys: readonly Call[] = [
  {
    page: "/message",
    what: "normalizeHeaderKey",
    run: async (one) =>
      summary(
        await one.sendMail({
          ...mail,
          headers: { "x-my-key": "v" },
          normalizeHeaderKey: (key: string) => key.toUpperCase(),
        }),
      ),
  },
];

const plugins: readonly Call[] = [
  {
    page: "/plugins/create",
    what: "a compile plugin that changes the mail",
    run: async (one, at) => {
      one.use("compile", (sent, done) => {
        sent.resolveContent(sent.data as Record<string, unknown>, "html", (error, html) => {
          if (error) return done(error);
          sent.data.text = String(html).replace(/<[^>]+>/g, "");
          sent.data.headers = { "x-compiled": "yes" };
          done();
        });
      });
      return summary(await one.sendMail({ ...mail, html: { path: at.file("page.html") } }));
    },
  },
  {
    page: "/plugins/create",
    what: "a stream plugin that adds headers and reads addresses",
    run: async (one) => {
      const seen: unknown[] = [];
      one.use("stream", (sent, done) => {
        const people = sent.message.getAddresses() as unknown as Record<string, { address: string }[]>;
        seen.push(
          people.to?.map(({ address }) => address),
          sent.message.getEnvelope(),
        );
        sent.message.addHeader("x-plugin", "stream");
        done();
      });
      return [summary(await one.sendMail(mail)), seen];
    },
  },
  {
    page: "/plugins/create",
    what: "a stream plugin that transforms the bytes",
    run: async (one) => {
      one.use("stream", (sent, done) => {
        sent.message.transform(
          () =>
            new Transform({
              transform: (chunk, _encoding, next) =>
                next(null, Buffer.from(String(chunk).replace(/\r?\n/g, "\r\n").replace("Hello", "HELLO"))),
            }),
        );
        done();
      });
      return summary(await one.sendMail(mail));
    },
  },
  {
    page: "/plugins/create",
    what: "two plugins of one step, in order",
    run: async (one) => {
      for (const tag of ["[a]", "[b]"]) {
        one.use("compile", (sent, done) => {
          sent.data.subject = `${tag} ${String(sent.data.subject)}`;
          done();
        });
      }
      return summary(await one.sendMail(mail));
    },
  },
  {
    page: "/plugins/create",
    what: "a plugin that refuses the mail",
    run: async (one) => {
      one.use("compile", (_sent, done) => done(Object.assign(new Error("not this one"), { code: "EMINE" })));
      return failing(one.sendMail(mail));
    },
  },
];

/** What the pages on usage, pooling and plugins have an application call, in calls of our own. */
export const calls: readonly Call[] = [...usage, ...keys, ...plugins];

/** With a server that refuses: what an application sees of it. */
export const refusals: readonly (Call & { readonly rcpt: Readonly<Record<string, string>> })[] = [
  {
    page: "/usage",
    what: "one recipient of two is refused",
    rcpt: { "baz@example.com": "550 5.1.1 no such user" },
    run: async (one) => {
      const info = await one.sendMail({ ...mail, to: ["bar@example.com", "baz@example.com"] });
      const errors = (info as { rejectedErrors?: Record<string, unknown>[] }).rejectedErrors ?? [];
      const of = ({ code, responseCode, recipient }: Record<string, unknown>) => [
        code,
        responseCode,
        recipient,
      ];
      return [summary(info), errors.map(of)];
    },
  },
  {
    page: "/errors",
    what: "everybody is refused",
    rcpt: { "bar@example.com": "550 5.1.1 no such user" },
    run: (one) => failing(one.sendMail(mail)),
  },
];
