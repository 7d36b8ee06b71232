import { isAscii } from "node:buffer";
import type { Failure, Message, Outcome, SendContext } from "@relais/core/spi";
import type { Session } from "../connection/connection.ts";
import type { Place } from "../connection/connection-slots.ts";
import type { Connections } from "../connection/connections.ts";
import type { Learned } from "../connection/learned.ts";
import { untouched, wentAway } from "../replies/lost.ts";
import { evidence } from "../replies/parse-error.ts";
import { replyBehind } from "../replies/remedy.ts";
import { type BodyStream, bodyStream } from "./body-stream.ts";
import { dsnOf } from "./dsn.ts";
import type { Sent, Telling } from "./outcomes.ts";
import { type Tally, tally } from "./recipient-tracker.ts";
import { alone, sessionGoesOn, type Transaction, tooMany } from "./transaction.ts";
import { needsUtf8, utf8Header } from "./utf8-need.ts";

/** What the messages of one provider share on their way out. */
export interface Ways {
  readonly telling: Telling;
  readonly connections: Connections;
  readonly known: Learned;
}

/**
 * A message on its way to one server, in as many transactions as that takes: one, as a rule, and further ones for the
 * recipients that the server did not want in the same (RFC 5321, 4.5.3.1.10).
 */
export class Transfer {
  readonly #message: Message;
  readonly #context: SendContext;
  readonly #ways: Ways;
  readonly #books: Tally;
  readonly #header: string | undefined;
  #session: Session | undefined;
  #body: BodyStream | undefined;
  /** A connection was replaced, and nothing has been sent over the new one yet. */
  #renewed = false;
  /** The session waits for RSET. */
  #dirty = false;
  /** A transaction before the one under way was handed over. */
  #crossed = false;
  #crossing: Promise<void> | undefined;
  #tidying: Promise<void> = Promise.resolve();

  constructor(message: Message, context: SendContext, ways: Ways) {
    this.#message = message;
    this.#context = context;
    this.#ways = ways;
    this.#books = tally(message.messageId, context.envelope.to, ways.telling);
    this.#header = utf8Header(message);
  }

  /** Resolves when the connection is free again, or closed. */
  tidied(): Promise<void> {
    return this.#tidying;
  }

  async run(bytes: Buffer, place: Place): Promise<Outcome> {
    try {
      while (this.#books.left.length > 0) await this.#step(bytes, place);
    } catch (thrown) {
      this.#close();
      this.#end(this.#ways.telling.trouble(thrown, false));
    }
    if (this.#session !== undefined) this.#tidying = this.#give(this.#session);
    return this.#books.outcome();
  }

  /** Closes the connection; nobody who is left will get the message from here. */
  breakOff(): Outcome {
    // Read first: closing the connection destroys the body.
    const handedOver = this.#body?.handedOver ?? false;
    this.#close();
    const { telling } = this.#ways;
    const late = telling.failure({ kind: "unknown", reason: "aborted after the message was handed over" });
    const reason = "aborted before the message was handed over";
    // With others it has been handed over: the core takes "cancelled" for a doubt then, and there is none.
    const begun = handedOver || this.#crossed;
    const early = telling.failure({ kind: begun ? "transient" : "cancelled", reason });
    this.#books.end(handedOver ? late : early, early);
    return this.#books.outcome();
  }

  async #step(bytes: Buffer, place: Place): Promise<void> {
    const { signal, envelope: whole } = this.#context;
    const { connections, known } = this.#ways;
    signal.throwIfAborted();
    this.#session ??= await connections.take(place, signal);
    const session = this.#session;
    signal.throwIfAborted();
    const { left } = this.#books;
    const utf8 = this.#header !== undefined || [whole.from, ...left].some(needsUtf8);
    if (utf8 && !session.offers.smtpUtf8) {
      this.#refuseUtf8();
      return;
    }

    const group = left.slice(0, Math.min(known.recipients, session.offers.maxRecipients));
    // The point of no return is one for the whole attempt, however many transactions it takes.
    const body = bodyStream(bytes, () => {
      this.#crossing ??= this.#context.handOver();
      return this.#crossing;
    });
    const envelope = {
      from: whole.from,
      to: [...group],
      size: bytes.length,
      use8BitMime: !isAscii(bytes),
      ...dsnOf(this.#message),
    };
    const transaction: Transaction = { envelope, group, body, session, before: session.sent };
    this.#books.begin(group);
    this.#body = body;
    try {
      this.#enter(await session.send(envelope, body.stream, utf8), transaction);
    } catch (thrown) {
      const cause = transaction.envelope.mailError ?? thrown;
      if (!(await this.#mend(cause, transaction, place))) this.#fail(cause, transaction);
    }
    this.#body = undefined;
    this.#crossed ||= body.handedOver;
    if (this.#books.left.length > 0 && this.#session === session) await this.#readyAgain(session);
  }

  /** Before a further transaction on the same session, if it is fit for one. */
  async #readyAgain(session: Session): Promise<void> {
    if (this.#dirty) await session.reset();
    this.#dirty = false;
    if (session.ended) this.#session = undefined;
    else if (this.#ways.connections.isFull(session)) await this.#give(session);
  }

  /** The server took the message, for some of the group at least. */
  #enter(sent: Sent, { body }: Transaction): void {
    const { telling, known } = this.#ways;
    const { accepted, rejectedErrors = [], response } = sent;
    if (!(body.handedOver && body.stream.readableEnded)) {
      // An answer that cannot be one to the final dot: it has not gone out yet. It must not any more.
      this.#close();
      const reason = "the server answered before it had the whole message";
      const kind = body.handedOver ? "unknown" : "transient";
      this.#end(telling.failure({ kind, reason, code: "EPROTOCOL" }));
      return;
    }
    this.#books.accept(accepted, response);
    this.#renewed = false;
    const later = rejectedErrors.filter(tooMany);
    if (later.length > 0 && !later.some(alone)) known.recipients = accepted.length;
    this.#books.reject(telling.rejections(rejectedErrors.filter((one) => !tooMany(one))));
  }

  /** Whether the transaction can be begun again at once: nobody has the message by it, and that is certain. */
  async #mend(
    thrown: unknown,
    { envelope, group, body, before }: Transaction,
    place: Place,
  ): Promise<boolean> {
    const { connections, known } = this.#ways;
    const { signal } = this.#context;
    if (signal.aborted) return false;
    const remedy = replyBehind(thrown)?.remedy;
    const late = remedy === "fewer-recipients" && evidence(thrown).command === "DATA";
    if (late && group.length > 1 && sessionGoesOn(thrown, body)) {
      // Told too late to say how many it would have taken; a refusal of the final dot is a definite one, too.
      known.recipients = Math.ceil(group.length / 2);
      this.#dirty = true;
      return true;
    }
    if (body.begun) return false;
    if (before > 0 && untouched(thrown)) return this.#close();
    if (remedy === "reconnect" && before > 0) {
      known.messages = before;
      return this.#close();
    }
    if (remedy === "fewer-connections") {
      this.#close();
      return place.stepBack(signal);
    }
    // Closed after many recipients too many: what it had taken by then is what it takes.
    const cutShort = envelope.rejectedErrors?.some(tooMany) === true ? (envelope.accepted?.length ?? 0) : 0;
    if (this.#renewed || !wentAway(thrown) || !(before > 0 || cutShort > 0)) return false;
    this.#renewed = true;
    if (cutShort > 0) known.recipients = cutShort;
    else connections.forget();
    return this.#close();
  }

  /** The transaction came to nothing. */
  #fail(thrown: unknown, { envelope, group, body }: Transaction): void {
    const { telling } = this.#ways;
    const goesOn = sessionGoesOn(thrown, body);
    if (!goesOn) this.#close();
    this.#dirty = true;
    if (body.declined) {
      this.#end(telling.failure({ kind: "cancelled", reason: "the hand-over was declined" }));
      return;
    }
    const { mailError, rejectedErrors = [] } = envelope;
    const failure = telling.trouble(thrown, body.handedOver);
    // What the server said of recipients before all came to nothing holds, unless it had not taken the sender.
    const refusals = body.begun || mailError !== undefined ? [] : rejectedErrors;
    const own = refusals.filter((one) => !tooMany(one) && !wentAway(one));
    this.#books.reject(telling.rejections(own));
    // Nobody of the group is left but those that were too many: another transaction may do for all who are.
    const progress = own.length > 0 && refusals.length === group.length;
    if (!progress || !goesOn) this.#end(failure);
  }

  /** Over for all who are left. */
  #end(failure: Failure): void {
    const reason = "the connection was lost before these recipients had their turn";
    const lost = this.#ways.telling.failure({ kind: "transient", reason });
    this.#books.end(failure, failure.kind === "unknown" ? lost : failure);
  }

  /** Addresses outside of ASCII, and a server that does not take them: told before MAIL, and nothing is sent. */
  #refuseUtf8(): void {
    const { telling } = this.#ways;
    const refusal = (where: string): Failure =>
      telling.failure({
        kind: "refused",
        reason: `${where} is not in ASCII, and the server does not offer SMTPUTF8`,
        code: "ESMTPUTF8",
      });
    if (this.#header !== undefined) {
      this.#end(refusal(`an address in ${this.#header}`));
    } else if (needsUtf8(this.#context.envelope.from)) {
      this.#end(refusal("the sender's address"));
    } else {
      const failure = refusal("the recipient's address");
      this.#books.reject(this.#books.left.filter(needsUtf8).map((address) => ({ address, failure })));
    }
  }

  #close(): true {
    this.#session?.destroy();
    this.#session = undefined;
    return true;
  }

  // From here on the session may be another's: it is no longer ours to close.
  async #give(session: Session): Promise<void> {
    this.#session = undefined;
    if (this.#dirty) await session.reset();
    this.#dirty = false;
    await this.#ways.connections.give(session);
  }
}
