import { type Chain, type ChainOptions, createChain, type FailureKind } from "@relais/core";
import {
  defineProvider,
  didYouMean,
  failureKinds,
  knownOptions,
  type RejectedRecipient,
  SendFailure,
} from "@relais/core/spi";
import {
  type CapturedMail,
  capturedMail,
  checkQuery,
  describeQuery,
  fitsAddress,
  type MailQuery,
  matches,
} from "./captured-mail.ts";

/** How sends fail from now on. */
export interface FailureScript {
  /** The reason in `delivery.error`. @defaultValue a sentence for the kind */
  readonly reason?: string | undefined;
  /** The service's code, such as `"550 5.1.1"`. */
  readonly code?: string | undefined;
  /** How long the service asks to wait, ms. */
  readonly retryAfterMs?: number | undefined;
  /** This many sends fail, the next succeed. @defaultValue all until `clear()` */
  readonly times?: number | undefined;
  /** Only sends to this recipient fail. @defaultValue all */
  readonly to?: string | RegExp | undefined;
}

/** Recipients that are refused while the others are accepted. */
export interface RefusalScript extends Pick<FailureScript, "reason" | "code"> {
  /** @defaultValue `"rejected"`: no such user */
  readonly kind?: FailureKind | undefined;
}

export interface CaptureOptions extends ChainOptions {
  /** The provider's id, as it stands in deliveries. @defaultValue `"CAPTURE"` */
  readonly provider?: string | undefined;
}

/** A chain that sends nothing: it checks messages as any chain does, and keeps them for a test to look at. */
export interface CaptureChain extends Chain {
  /** What was sent, in order. */
  readonly sent: readonly CapturedMail[];
  /** The newest of `sent`. */
  readonly last: CapturedMail | undefined;
  /** What could not be sent, because `failWith` or `unknown` said so. */
  readonly failed: readonly CapturedMail[];
  /** `delivery.error` of each `send` that did not succeed, in order: of messages that were refused before it, too. */
  readonly errors: readonly string[];
  /** The mails of `sent` that fit. @throws {TypeError} if the query has another field */
  find(query: MailQuery): readonly CapturedMail[];
  /**
   * The first mail that fits and that no `next` has returned yet; waits for it if need be.
   * @param timeoutMs how long to wait, ms; 5000 by default
   * @throws {Error} if none comes in time: says what was sent instead
   */
  next(query?: MailQuery, timeoutMs?: number): Promise<CapturedMail>;
  /** Sends fail with this kind from now on; scripts with `times` are tried in the order in which they were given, then the newest without. @throws {TypeError} if there is no such kind */
  failWith(kind: FailureKind, script?: FailureScript): void;
  /** Sends end as `unknown` from now on: handed over, and the answer lost. */
  unknown(script?: FailureScript): void;
  /** These recipients are refused from now on, and others of the same mail accepted: the delivery is `partial`. */
  rejectRecipients(to: string | RegExp, script?: RefusalScript): void;
  /** Forgets what was sent and failed, and ends all scripts. */
  clear(): void;
}

const reasons: Readonly<Record<FailureKind, string>> = {
  transient: "connection refused",
  throttled: "too many messages",
  deferred: "mailbox busy",
  misconfigured: "the login was refused",
  refused: "message refused",
  rejected: "no such user",
  unknown: "contact lost after the message was handed over",
  skipped: "circuit open",
  cancelled: "given up",
};

function checkScript(what: string, script: object, kind: unknown, more: readonly string[]): void {
  knownOptions(what, script, ["reason", "code", ...more]);
  if (failureKinds.some((one) => one === kind)) return;
  const near = typeof kind === "string" ? didYouMean(kind, failureKinds) : undefined;
  const remedy = near === undefined ? `there are ${failureKinds.join(", ")}` : `did you mean ${near}?`;
  throw new TypeError(`${what}: ${JSON.stringify(kind)} is not a kind of failure; ${remedy}`);
}

interface Waiter {
  readonly query: MailQuery;
  readonly resolve: (mail: CapturedMail) => void;
}

interface ActiveScript extends FailureScript {
  readonly kind: FailureKind;
  left: number;
}

/**
 * Makes a chain for tests. Nothing leaves the process; no policy delays a test. Whatever takes a `Chain` takes it.
 * @throws {TypeError | RangeError} if an option of the chain is wrong
 */
export function captureChain(options: CaptureOptions = {}): CaptureChain {
  const { provider: id = "CAPTURE", ...chainOptions } = options;
  const sent: CapturedMail[] = [];
  const failed: CapturedMail[] = [];
  const errors: string[] = [];
  const returned = new Set<CapturedMail>();
  const waiters = new Set<Waiter>();
  let scripts: ActiveScript[] = [];
  let refusals: (RefusalScript & { readonly to: string | RegExp })[] = [];

  function scriptFor(mail: CapturedMail): ActiveScript | undefined {
    return scripts.find(({ left, to }) => left > 0 && matches(mail, { to }));
  }

  function hand(mail: CapturedMail): void {
    sent.push(mail);
    for (const waiter of waiters) {
      if (!matches(mail, waiter.query)) continue;
      waiters.delete(waiter);
      returned.add(mail);
      waiter.resolve(mail);
      return;
    }
  }

  /** What a script says of a mail: before the hand-over, but for `unknown`. */
  function applyScript(mail: CapturedMail, isHandedOver: boolean): void {
    const script = scriptFor(mail);
    if (script === undefined || (script.kind === "unknown") !== isHandedOver) return;
    script.left -= 1;
    failed.push(mail);
    const { kind, reason = reasons[kind], code, retryAfterMs } = script;
    throw new SendFailure(kind, reason, { code, retryAfterMs });
  }

  function failWith(kind: FailureKind, script: FailureScript = {}): void {
    checkScript("failWith", script, kind, ["retryAfterMs", "times", "to"]);
    const left = script.times ?? Number.POSITIVE_INFINITY;
    // Before those without an end: behind them it would never be reached.
    const endless = scripts.findIndex((one) => one.left === Number.POSITIVE_INFINITY);
    scripts.splice(endless < 0 ? scripts.length : endless, 0, { ...script, kind, left });
  }

  function rejectedOf(mail: CapturedMail): RejectedRecipient[] {
    return mail.recipients.flatMap((address) => {
      const refusal = refusals.find(({ to }) => fitsAddress(to, address));
      if (refusal === undefined) return [];
      const { kind = "rejected", reason = reasons[kind], code } = refusal;
      return [{ address, kind, reason, ...(code !== undefined && { code }) }];
    });
  }

  const provider = defineProvider<CapturedMail>({
    id,
    async connect(message, { envelope }) {
      const mail = await capturedMail(message, envelope);
      applyScript(mail, false);
      return mail;
    },
    async send(message, { connection: mail }) {
      applyScript(mail, true);
      const rejected = rejectedOf(mail);
      const refused = new Set(rejected.map(({ address }) => address));
      const recipients = mail.recipients.filter((address) => !refused.has(address));
      if (recipients.length === 0) failed.push(mail);
      else hand(refused.size === 0 ? mail : Object.freeze({ ...mail, recipients }));
      return { messageId: message.messageId || message.id, rejected };
    },
  });
  const chain = createChain([provider], { policies: [], ...chainOptions });

  return Object.freeze({
    ...chain,
    async send(...args: Parameters<Chain["send"]>) {
      const delivery = await chain.send(...args);
      if (!delivery.success) errors.push(delivery.error);
      return delivery;
    },
    get sent() {
      return [...sent];
    },
    get last() {
      return sent.at(-1);
    },
    get failed() {
      return [...failed];
    },
    get errors() {
      return [...errors];
    },
    find(query: MailQuery) {
      checkQuery("find", query);
      return sent.filter((mail) => matches(mail, query));
    },
    async next(query: MailQuery = {}, timeoutMs = 5_000) {
      checkQuery("next", query);
      const there = sent.find((mail) => !returned.has(mail) && matches(mail, query));
      if (there !== undefined) {
        returned.add(there);
        return there;
      }
      return new Promise<CapturedMail>((resolve, reject) => {
        const waiter: Waiter = {
          query,
          resolve: (mail) => {
            clearTimeout(timer);
            resolve(mail);
          },
        };
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          reject(
            new Error(`no mail within ${timeoutMs} ms: wanted ${describeQuery(query, { sent, errors })}`),
          );
        }, timeoutMs);
        waiters.add(waiter);
      });
    },
    failWith,
    unknown: (script?: FailureScript) => failWith("unknown", script),
    rejectRecipients(to: string | RegExp, script: RefusalScript = {}) {
      checkScript("rejectRecipients", script, script.kind ?? "rejected", ["kind"]);
      refusals.push({ ...script, to });
    },
    clear() {
      sent.length = 0;
      failed.length = 0;
      errors.length = 0;
      scripts = [];
      refusals = [];
      returned.clear();
    },
  });
}
