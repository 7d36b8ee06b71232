import { EventEmitter } from "node:events";
import {
  type Delivery,
  type Health,
  type Message,
  type MessageOptions,
  untilAborted,
  version,
} from "@relais/core/spi";
import type { MailMessage } from "nodemailer/lib/mailer";
import { composeMessage } from "./compose-message.ts";
import {
  deliveryError,
  failureError,
  rejectedErrors,
  type SendingError,
  sendingError,
} from "./sending-error.ts";

/** What is needed of a chain: `createChain` makes one. */
export interface SendingChain {
  send(message: Message, options?: { readonly signal?: AbortSignal | undefined }): Promise<Delivery>;
  verify?(): Promise<Health>;
  close?(): Promise<void>;
}

/** What `sendMail` gives: nodemailer's fields, and Relais' own. */
export interface RelaisSentInfo {
  envelope: { from: string | false; to: string[] };
  /** Empty for a whole mail that has none. */
  messageId: string;
  accepted: string[];
  rejected: string[];
  /** Present if some recipients were refused while others were accepted. */
  rejectedErrors?: readonly SendingError[];
  /** The last reply of the server that took it; empty if it gave none. */
  response: string;
  /** The id of the provider that took it (the first, if recipients went by several). */
  provider: string;
  delivery: Delivery;
}

/** Options of a chain as a transport. */
export interface SendingChainOptions extends Pick<MessageOptions, "limits"> {
  /**
   * How many mails may be under way while `isIdle()` is true and the event `idle` comes, as `maxConnections` of a pool.
   * Nothing is held back: a caller that does not ask sends as many as it likes.
   * @defaultValue 5
   */
  readonly maxAtOnce?: number | undefined;
}

/** A mail as nodemailer hands it to a transport; its types differ from version to version. */
export interface ComposedMail {
  readonly data: object;
  readonly message: object;
}

/** What `nodemailer.createTransport` takes. */
export interface RelaisTransport {
  readonly name: string;
  readonly version: string;
  readonly supportsAbortSignal: true;
  send(mail: ComposedMail, callback: (error: Error | null, info?: RelaisSentInfo) => void): void;
  verify(): Promise<true>;
  verify(callback: (error: Error | null, success?: true) => void): void;
  close(): Promise<void>;
  isIdle(): boolean;
  on(event: string | symbol, listener: (...args: unknown[]) => void): this;
}

function abortError(signal: AbortSignal, delivery?: Delivery): SendingError {
  const error = sendingError("Message sending aborted", {
    code: "EABORT",
    cause: signal.reason,
    delivery,
  });
  error.name = "AbortError";
  return error;
}

function sentInfo(mail: MailMessage<RelaisSentInfo>, message: Message, delivery: Delivery): RelaisSentInfo {
  const { from, to } = mail.message.getEnvelope();
  const [first] = delivery.receipts;
  const rejected = delivery.rejected.map((one) => one.address);
  return {
    accepted: [...delivery.accepted],
    rejected,
    ...(rejected.length === 0 ? {} : { rejectedErrors: rejectedErrors(delivery) }),
    envelope: { from, to },
    messageId: message.messageId,
    response: delivery.receipts.at(-1)?.response ?? "",
    provider: delivery.success ? delivery.provider : (first?.provider ?? delivery.provider),
    delivery,
  };
}

/**
 * A chain as a transport of nodemailer: `nodemailer.createTransport(relaisTransport(chain))`.
 *
 * nodemailer composes the bytes, with its plugins and options, and every provider that sends bytes sends exactly
 * those; providers that want parts read them out. What nodemailer sends is sent, but for what would add a header or a
 * recipient. Partial deliveries resolve, as nodemailer's do, with `rejected` and `rejectedErrors`.
 *
 * @param options.limits how much a mail may hold; the chain's own limits do not apply here
 * @throws {RangeError} if `options.maxAtOnce` is not a whole number of 1 or more
 */
export function relaisTransport(chain: SendingChain, options: SendingChainOptions = {}): RelaisTransport {
  const idle = new IdleTracker(options.maxAtOnce ?? 5);
  const send = async (mail: MailMessage<RelaisSentInfo>): Promise<RelaisSentInfo> => {
    const { signal } = mail.data;
    // A stream that is read may never end.
    const message = await untilAborted(composeMessage(mail, options.limits), signal, () =>
      abortError(signal as AbortSignal),
    );

    const delivery = await chain.send(message, { signal });
    if (delivery.success || delivery.status === "partial") return sentInfo(mail, message, delivery);
    if (signal?.aborted === true && delivery.kind === "cancelled") throw abortError(signal, delivery);
    throw deliveryError(delivery);
  };

  const check = async (): Promise<true> => {
    const health = await chain.verify?.();
    if (health === undefined || health.ok) return true;
    if (health.failure !== undefined) throw failureError(health.failure);
    throw sendingError(health.reason ?? "not ready", { code: "ECONNECTION" });
  };
  function verify(): Promise<true>;
  function verify(callback: (error: Error | null, success?: true) => void): void;
  function verify(callback?: (error: Error | null, success?: true) => void): Promise<true> | undefined {
    const checked = check();
    if (callback === undefined) return checked;
    checked.then(
      () => setImmediate(callback, null, true),
      (error: Error) => setImmediate(callback, error),
    );
    return undefined;
  }

  return {
    name: "Relais",
    version,
    supportsAbortSignal: true,
    send: (mail, callback) => {
      // setImmediate: what a callback throws is not a failure of this send.
      idle.track(send(mail as MailMessage<RelaisSentInfo>)).then(
        (info) => setImmediate(callback, null, info),
        (error) => setImmediate(callback, error),
      );
    },
    verify,
    close: async () => chain.close?.(),
    isIdle: () => idle.isIdle(),
    on(event, listener) {
      idle.on(event, listener);
      return this;
    },
  };
}

/** Says whether there is room for another mail, as nodemailer's pools do. Nothing is held back by it. */
class IdleTracker extends EventEmitter {
  readonly #maxAtOnce: number;
  #underWay = 0;

  /** @throws {RangeError} if `maxAtOnce` is not a whole number of 1 or more */
  constructor(maxAtOnce: number) {
    super();
    if (!Number.isInteger(maxAtOnce) || maxAtOnce < 1)
      throw new RangeError("maxAtOnce must be a whole number of 1 or more");
    this.#maxAtOnce = maxAtOnce;
    this.#emitIdle();
  }

  /** Whether fewer than `maxAtOnce` mails are under way. */
  isIdle(): boolean {
    return this.#underWay < this.#maxAtOnce;
  }

  /** Counts a mail as under way until the promise settles. */
  async track<T>(sending: Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await sending;
    } finally {
      const wasFull = !this.isIdle();
      this.#underWay -= 1;
      if (wasFull && this.isIdle()) this.#emitIdle();
    }
  }

  /** `idle` comes once at first, and whenever there is room again after there was none. */
  #emitIdle(): void {
    setImmediate(() => {
      if (this.isIdle()) this.emit("idle");
    });
  }
}
