import {
  bounceAddress,
  correlationId,
  type Failure,
  type Message,
  needsSmtpUtf8,
  type Outcome,
  type SendContext,
  utf8Header,
} from "@relais/core/spi";
import { compile } from "@relais/mime";
import { Body } from "../connection/body.ts";
import type { Connection } from "../connection/connection.ts";
import type { Slot } from "../connection/connection-slots.ts";
import type { ConnectionPool, LearnedLimits } from "../connection/pool.ts";
import type { Settings } from "../options/options.ts";
import { explainError, wasClosed, wasNeverWritten } from "../replies/classify.ts";
import { parseError } from "../replies/parse-error.ts";
import type { Sign } from "./dkim.ts";
import type { OutcomeFactory } from "./outcomes.ts";
import { PendingRecipients } from "./pending-recipients.ts";
import {
  isOneTooMany,
  isReusable,
  needsOwnTransaction,
  newEnvelope,
  type Transaction,
} from "./transaction.ts";

/** What the attempts of one provider share. */
export interface ProviderState {
  readonly outcomes: OutcomeFactory;
  readonly sign: Sign | undefined;
  readonly pool: Pick<ConnectionPool, "acquire" | "release" | "isSpent" | "dropIdle">;
  readonly learned: LearnedLimits;
  readonly verp: Settings["verp"];
}

/**
 * One call of `send`: a message for one server, in as many transactions as that takes: one, as a rule, and further
 * ones for the recipients that the server did not take in the same (RFC 5321, 4.5.3.1.10).
 */
export class Attempt {
  /** Gets what an abort makes of the message, at once. */
  onAborted: ((outcome: Outcome) => void) | undefined;
  readonly #message: Message;
  readonly #context: SendContext;
  readonly #shared: ProviderState;
  readonly #recipients: PendingRecipients;
  readonly #utf8Header: string | undefined;
  #connection: Connection | undefined;
  /** The one under way. */
  #transaction: Transaction | undefined;
  /** A connection was replaced, and nothing has been sent over the new one yet. */
  #reconnected = false;
  /** The connection waits for RSET. */
  #needsReset = false;
  /** A transaction before the one under way was handed over. */
  #handedOver = false;
  #handOver: Promise<void> | undefined;
  #released: Promise<void> = Promise.resolve();

  /** Prepares an attempt; nothing happens before `run`. */
  constructor(message: Message, context: SendContext, shared: ProviderState) {
    this.#message = message;
    this.#context = context;
    this.#shared = shared;
    this.#recipients = new PendingRecipients(message.messageId, context.envelope.to, shared.outcomes);
    this.#utf8Header = utf8Header(message);
  }

  /** Tries once; never rejects. */
  async run(slot: Slot): Promise<Outcome> {
    const bytes = await this.#compile();
    if (!Buffer.isBuffer(bytes)) return bytes;
    try {
      while (this.#recipients.pending.length > 0) await this.#runTransaction(bytes, slot);
    } catch (thrown) {
      this.#closeConnection();
      this.#endPending(this.#shared.outcomes.fromError(thrown, false));
    }
    if (this.#connection !== undefined) this.#released = this.#release(this.#connection);
    return this.#recipients.outcome();
  }

  /** After `run`: resolves when the connection is free again, or closed. */
  released(): Promise<void> {
    return this.#released;
  }

  /** Closes the connection, so that no pending recipient gets the message from here; what that makes of the message. */
  abort(): Outcome {
    // Read first: closing the connection destroys the body.
    const handedOver = this.#transaction?.body.handedOver ?? false;
    this.#closeConnection();
    if (this.#transaction !== undefined) this.#recordRefusals(this.#transaction);
    const { outcomes } = this.#shared;
    const late = outcomes.failure({ kind: "unknown", reason: "aborted after the message was handed over" });
    const reason = "aborted before the message was handed over";
    // After a hand-over core turns "cancelled" into "unknown", but these recipients surely have nothing.
    const begun = handedOver || this.#handedOver;
    const early = outcomes.failure({ kind: begun ? "transient" : "cancelled", reason });
    this.#recipients.end(handedOver ? late : early, early);
    return this.#recipients.outcome();
  }

  /** The signal aborts. */
  handleEvent(): void {
    this.onAborted?.(this.abort());
  }

  async #compile(): Promise<Buffer | Failure> {
    const { outcomes, sign } = this.#shared;
    try {
      const { bytes } = await compile(this.#message);
      return sign === undefined ? bytes : await sign(bytes, this.#message.from.address);
    } catch (thrown) {
      const { code, message } = parseError(thrown);
      if (code === "EDKIM") return outcomes.failure({ kind: "misconfigured", reason: message, code });
      const reason = `the message could not be compiled: ${message}`;
      return outcomes.failure({ kind: "rejected", reason, code });
    }
  }

  async #runTransaction(bytes: Buffer, slot: Slot): Promise<void> {
    const { signal, envelope } = this.#context;
    const { pool, learned } = this.#shared;
    signal.throwIfAborted();
    this.#connection ??= await pool.acquire(slot, signal);
    const connection = this.#connection;
    signal.throwIfAborted();
    const { pending } = this.#recipients;
    const utf8 =
      this.#utf8Header !== undefined || needsSmtpUtf8(envelope.from) || pending.some(needsSmtpUtf8);
    if (utf8 && !connection.offers.smtpUtf8) {
      this.#refuseUtf8();
      return;
    }

    const most = Math.min(learned.recipients.value, connection.offers.maxRecipients);
    const recipients = pending.length <= most ? pending : pending.slice(0, most);
    // The point of no return is one for the whole attempt, however many transactions it takes.
    const body = new Body(bytes, () => {
      this.#handOver ??= this.#context.handOver();
      return this.#handOver;
    });
    const transaction: Transaction = {
      envelope: newEnvelope(this.#message, this.#returnPath(recipients), recipients, bytes, utf8),
      body,
      connection,
      sentBefore: connection.sent,
    };
    this.#recipients.begin(recipients);
    this.#transaction = transaction;
    try {
      this.#recordSent(await connection.send(transaction.envelope, body), transaction);
    } catch (thrown) {
      const cause = transaction.envelope.mailError ?? thrown;
      if (!(await this.#recover(cause, transaction, slot))) this.#recordFailure(cause, transaction);
    }
    this.#transaction = undefined;
    this.#handedOver ||= body.handedOver;
    if (this.#recipients.pending.length > 0 && this.#connection === connection) {
      await this.#prepareNext(connection);
    }
  }

  /** The envelope's sender: with a token, where the sender's own address would stand there. */
  #returnPath(recipients: readonly string[]): string {
    const { from } = this.#context.envelope;
    const { sender, from: author } = this.#message;
    const { verp } = this.#shared;
    const id = correlationId(this.#message);
    const [secret] = verp?.secret ?? [];
    if (verp === undefined || secret === undefined || id === undefined) return from;
    return from === (sender ?? author).address ? bounceAddress(verp.address, id, recipients, secret) : from;
  }

  /** Before a further transaction on the same connection, if it is fit for one. */
  async #prepareNext(connection: Connection): Promise<void> {
    if (this.#needsReset) await connection.reset();
    this.#needsReset = false;
    if (connection.ended) this.#connection = undefined;
    else if (this.#shared.pool.isSpent(connection)) await this.#release(connection);
  }

  /** The server took the message, for some of the recipients at least. */
  #recordSent(response: string, { body, envelope }: Transaction): void {
    const { outcomes, learned } = this.#shared;
    const { accepted, rejectedErrors } = envelope;
    if (!body.handedOver) {
      // An answer that cannot be one to the final dot: it has not gone out yet. It must not any more.
      this.#closeConnection();
      const reason = "the server answered before it had the whole message";
      this.#endPending(outcomes.failure({ kind: "transient", reason, code: "EPROTOCOL" }));
      return;
    }
    this.#recipients.accept(accepted, response);
    this.#reconnected = false;
    if (rejectedErrors.length === 0) return;
    const later = rejectedErrors.filter(isOneTooMany);
    if (later.length > 0 && !later.some(needsOwnTransaction)) learned.recipients.value = accepted.length;
    this.#recipients.reject(outcomes.rejections(rejectedErrors.filter((one) => !isOneTooMany(one))));
  }

  /** Whether the transaction can be begun again at once: no recipient has the message by it, and that is certain. */
  async #recover(thrown: unknown, transaction: Transaction, slot: Slot): Promise<boolean> {
    const { envelope, body, sentBefore } = transaction;
    const { pool, learned } = this.#shared;
    const { signal } = this.#context;
    if (signal.aborted) return false;
    const remedy = explainError(thrown)?.remedy;
    const isLate = remedy === "fewer-recipients" && parseError(thrown).command === "DATA";
    if (isLate && envelope.to.length > 1 && isReusable(thrown, body)) {
      // Too late to show how many it would have taken; a refusal of the final dot is a definite one, too.
      learned.recipients.value = Math.ceil(envelope.to.length / 2);
      this.#recordRefusals(transaction);
      this.#needsReset = true;
      return true;
    }
    if (body.begun) return false;
    if (sentBefore > 0 && (remedy === "reconnect" || wasNeverWritten(thrown))) {
      if (remedy === "reconnect") learned.messages.value = sentBefore;
      this.#closeConnection();
      return true;
    }
    if (remedy === "fewer-connections") {
      this.#closeConnection();
      return slot.requeue(signal);
    }
    // Closed after many recipients too many: what it had taken by then is what it takes.
    const taken = envelope.rejectedErrors.some(isOneTooMany) ? envelope.accepted.length : 0;
    if (this.#reconnected || !wasClosed(thrown) || !(sentBefore > 0 || taken > 0)) return false;
    this.#reconnected = true;
    if (taken > 0) {
      learned.recipients.value = taken;
      this.#recordRefusals(transaction);
    } else pool.dropIdle();
    this.#closeConnection();
    return true;
  }

  /** The transaction came to nothing. */
  #recordFailure(thrown: unknown, transaction: Transaction): void {
    const { outcomes } = this.#shared;
    const { body } = transaction;
    const reusable = isReusable(thrown, body);
    if (!reusable) this.#closeConnection();
    this.#needsReset = true;
    if (body.declined) {
      this.#endPending(outcomes.failure({ kind: "cancelled", reason: "the hand-over was declined" }));
      return;
    }
    const progress = this.#recordRefusals(transaction);
    if (!progress || !reusable) this.#endPending(outcomes.fromError(thrown, body.handedOver));
  }

  /**
   * What the server said of recipients holds, whatever comes of the others, unless it had not taken the sender. Says
   * whether only those are pending that were too many: another transaction may do for all of them.
   */
  #recordRefusals({ envelope, body }: Transaction): boolean {
    const { mailError, rejectedErrors, accepted, to } = envelope;
    if (mailError !== undefined) return false;
    const definite = rejectedErrors.filter((one) => !isOneTooMany(one) && !wasClosed(one));
    this.#recipients.reject(this.#shared.outcomes.rejections(definite, body.handedOver));
    // The others have no part in what comes of the body.
    if (body.begun) this.#recipients.begin(accepted);
    return definite.length > 0 && rejectedErrors.length === to.length;
  }

  /** Over for all that are pending. */
  #endPending(failure: Failure): void {
    const reason = "the connection was lost before these recipients had their turn";
    const lost = this.#shared.outcomes.failure({ kind: "transient", reason });
    this.#recipients.end(failure, failure.kind === "unknown" ? lost : failure);
  }

  /** Addresses outside of ASCII, and a server that does not take them: refused before MAIL, and nothing is sent. */
  #refuseUtf8(): void {
    const refusal = (where: string): Failure =>
      this.#shared.outcomes.failure({
        kind: "refused",
        reason: `${where} is not in ASCII, and the server does not offer SMTPUTF8`,
        code: "ESMTPUTF8",
      });
    if (this.#utf8Header !== undefined) {
      this.#endPending(refusal(`an address in ${this.#utf8Header}`));
    } else if (needsSmtpUtf8(this.#context.envelope.from)) {
      this.#endPending(refusal("the sender's address"));
    } else {
      const failure = refusal("the recipient's address");
      const refused = this.#recipients.pending.filter(needsSmtpUtf8);
      this.#recipients.reject(refused.map((address) => ({ address, failure })));
    }
  }

  #closeConnection(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  // From here on the connection may be another attempt's: it is no longer this one's to close.
  async #release(connection: Connection): Promise<void> {
    this.#connection = undefined;
    if (this.#needsReset) await connection.reset();
    this.#needsReset = false;
    await this.#shared.pool.release(connection);
  }
}
