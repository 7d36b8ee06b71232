import type { Socket } from "node:net";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Body, BodySink } from "./body.ts";
import { type Envelope, mailCommand, rcptCommand } from "./envelope.ts";
import { type Extensions, parseExtensions } from "./extensions.ts";
import { takeSocket } from "./nodemailer-internals.ts";
import { connectionClosed, outOfStep, type SmtpError, smtpError } from "./smtp-error.ts";

/** QUIT and RSET are not waited for any longer than this, nor the rest of a refusal in the middle of a body. */
const quitMs = 1_000;
const resetMs = 5_000;
/** A server that answers DATA with 250 instead of 354 sends nothing more: no reply within this shows that; ms. */
const silenceMs = 1_000;

const refusal = /^[45]/;
const messageRefused = (response: string): SmtpError =>
  smtpError("Message failed", { code: "EMESSAGE", command: "DATA", response });
const replyCode = /^[1-5]\d\d(?!\d)/;

/** Whether each line of a reply has the same code (RFC 5321, 4.2). */
function hasOneCode(response: string): boolean {
  const code = replyCode.exec(response)?.[0];
  if (code === undefined) return false;
  return !response.includes("\n") || response.split("\n").every((line) => line.startsWith(code));
}

/** What the next reply answers; with `idle` and `go-ahead` there should be none. */
type Step = "idle" | "mail" | "rcpt" | "data" | "go-ahead" | "empty" | "body" | "rset" | "quit";

/**
 * One connection to the server, greeted, encrypted as wanted and logged in by nodemailer (RFC 5321, 3.1). Transactions
 * are written and read here: nodemailer waits a turn of the event loop for each reply, writes each command by itself and
 * pipes bodies through streams. It goes on to watch the socket: time-outs, errors, the end.
 */
export class Connection implements BodySink {
  /** What the server offers. */
  readonly offers: Extensions;
  readonly #smtp: SMTPConnection;
  readonly #socket: Socket;
  readonly #maxReplyCharacters: number;
  #sent = 0;
  #isClosed = false;
  /** The begin of a line, and the lines before it of a reply that goes on. */
  #line = "";
  #lines: string | undefined;
  #step: Step = "idle";
  #envelope!: Envelope;
  #body: Body | undefined;
  /** Recipients that were answered. */
  #answered = 0;
  #resolve: ((reply: string) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param ehloReply what the server answered to the last EHLO */
  constructor(smtp: SMTPConnection, ehloReply: string, maxReplyCharacters: number) {
    this.#smtp = smtp;
    this.#maxReplyCharacters = maxReplyCharacters;
    this.offers = parseExtensions(ehloReply);
    this.#socket = takeSocket(smtp, (chunk) => this.#read(chunk));
    // Also while it is idle: then it is not reported, the connection is just not used again.
    smtp.on("error", (error) => this.#fail(error));
    smtp.once("end", () => this.#onEnd());
  }

  /** It is closed, or about to be, also by a refusal in the middle of a body that has begun to come: of no further use. */
  get ended(): boolean {
    return this.#isClosed || !this.#socket.writable || (this.#isBeforeFinalDot() && this.#begunReply !== "");
  }

  /** Transactions it was used for. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * One transaction: the server's reply to the final dot. What it said of sender and recipients stands in the envelope,
   * also where this rejects.
   */
  send(envelope: Envelope, body: Body): Promise<string> {
    this.#sent += 1;
    return new Promise((resolve, reject) => {
      const fault = this.#faultOf(envelope);
      if (fault !== undefined) return reject(fault);
      this.#envelope = envelope;
      this.#body = body;
      this.#answered = 0;
      const { to } = envelope;
      let commands = mailCommand(envelope, this.offers);
      // RFC 2920: one write, where the server reads on before it has answered.
      if (this.offers.pipelining) {
        for (const recipient of to) commands += rcptCommand(recipient, envelope, this.offers);
        commands += "DATA\r\n";
      }
      this.#begin("mail", commands, resolve, reject);
    });
  }

  /** Whether it keeps the process alive, as it does at first. */
  keepAlive(keeps: boolean): void {
    if (keeps) this.#socket.ref();
    else this.#socket.unref();
  }

  /** RSET; resolves when the connection is fit for another message, or has been closed instead. */
  reset(): Promise<void> {
    return this.#command("rset", "RSET\r\n", resetMs);
  }

  /** QUIT, then closed; resolves when that is done, at most `quitMs` later. */
  quit(): Promise<void> {
    return this.#command("quit", "QUIT\r\n", quitMs);
  }

  /** Closes the socket at once. */
  destroy(): void {
    this.#smtp.close();
  }

  write(bytes: Buffer): boolean {
    return this.#socket.write(bytes);
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#socket.off("drain", settle);
        this.#smtp.off("end", settle);
        resolve();
      };
      this.#socket.once("drain", settle);
      this.#smtp.once("end", settle);
    });
  }

  /** Why nothing is written. */
  #faultOf({ from, to, size }: Envelope): SmtpError | undefined {
    if (this.ended) return smtpError("Connection closed", { code: "ECONNECTION", command: "API" });
    if (size > this.offers.maxBytes)
      return smtpError("Message too large", { code: "EMESSAGE", command: "MAIL FROM" });
    if (to.length === 0 || unfit.test(from) || to.some((one) => one === "" || unfit.test(one)))
      return smtpError("Invalid envelope", { code: "EENVELOPE", command: "API" });
    return undefined;
  }

  #begin(
    step: Step,
    commands: string,
    resolve: (reply: string) => void,
    reject: (error: unknown) => void,
  ): void {
    this.#step = step;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#socket.write(commands);
  }

  /** Resolves with its reply, with the connection's end, or when its time is over. */
  #command(step: Step, line: string, limitMs: number): Promise<void> {
    if (this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#timer = setTimeout(() => this.destroy(), limitMs);
      this.#begin(
        step,
        line,
        () => resolve(),
        () => resolve(),
      );
    });
  }

  #read(chunk: Buffer): void {
    if (this.#isClosed) return;
    const text = chunk.toString("latin1");
    let answers = 0;
    // One that goes on is not searched again and again.
    if (!text.includes("\n")) this.#line += text;
    else {
      const all = this.#line + text;
      this.#line = "";
      let at = 0;
      for (let end = all.indexOf("\n"); end >= 0; end = all.indexOf("\n", at)) {
        const line = all.slice(at, end > at && all.charCodeAt(end - 1) === 13 ? end - 1 : end);
        at = end + 1;
        const lines = this.#lines === undefined ? line : `${this.#lines}\n${line}`;
        this.#lines = undefined;
        if (goesOn.test(line)) {
          this.#lines = lines;
          if (lines.length > this.#maxReplyCharacters) break;
        } else if (lines.trim() !== "") {
          // Not to the command that the reply before has led to: it was said before that.
          if (answers++ > 0 && !this.offers.pipelining && !lines.startsWith("421")) this.#step = "idle";
          this.#answer(decoded(lines));
          if (this.#isClosed) return;
        }
      }
      this.#line = all.slice(at);
    }
    if (this.#isAhead(answers > 0)) {
      this.#breakOff(outOfStep());
      return;
    }
    if (this.#isBeforeFinalDot()) {
      if (this.#begunReply !== "") this.#timer ??= setTimeout(() => this.destroy(), resetMs);
      // Not before all that came with 354 has been read: the hand-over is not asked for where it is a refusal.
      else if (this.#body?.begun === false) this.#writeBody();
    }
    if (Math.max(this.#line.length, this.#lines?.length ?? 0) <= this.#maxReplyCharacters) return;
    this.#breakOff(smtpError("the reply is too long", { code: "EPROTOCOL" }));
  }

  #isBeforeFinalDot(): boolean {
    return this.#step === "body" && this.#body?.handedOver === false;
  }

  /** What has come of a reply that goes on. */
  get #begunReply(): string {
    return this.#lines ?? this.#line.trim();
  }

  /**
   * Whether a reply has begun that answers nothing: before the message was sent, unless it may become a refusal of it; or
   * in one packet with another reply, without PIPELINING.
   */
  #isAhead(answered: boolean): boolean {
    const begin = this.#begunReply;
    if (begin === "") return false;
    // A refusal is waited for to its end, and the rest of the body is kept back: it says what to do next.
    if (this.#isBeforeFinalDot()) return answered || !refusal.test(begin);
    return (
      answered && (this.#step === "idle" || (!this.offers.pipelining && !"421".startsWith(begin.slice(0, 3))))
    );
  }

  #answer(response: string): void {
    const step = this.#step;
    const isPositive = response.startsWith("2");
    if (!hasOneCode(response)) {
      // What it means is not known: after the final dot, neither is what became of the message.
      this.#breakOff(
        smtpError("the reply has no code of three digits, or two", { code: "EPROTOCOL", response }),
      );
    } else if (this.#isBeforeFinalDot()) {
      // A refusal may come early. Anything else was said of another command: this one is not over.
      // At once: a hand-over that has just been agreed to would let the rest of the body out.
      this.#breakOff(refusal.test(response) ? messageRefused(response) : outOfStep());
    } else if (step === "mail") this.#answerMail(response, isPositive);
    else if (step === "rcpt") this.#answerRcpt(response, isPositive);
    else if (step === "data") this.#answerData(response);
    else if (step === "empty") this.#fail(this.#envelopeError(response));
    else if ((step === "body" || step === "rset") && isPositive) this.#succeed(response);
    else if (step === "body") this.#fail(messageRefused(response));
    // Not asked for: the next command would take it for its own.
    else this.#breakOff(outOfStep());
    // RFC 5321, 4.2: the server is about to close the connection, whatever it answers.
    if (!response.startsWith("421")) return;
    const closing = { code: "ECONNECTION", command: "CONN", response };
    this.#breakOff(this.#envelope?.mailError ?? smtpError("Server closed the connection", closing));
  }

  /** Ends what is under way, and the connection: what comes of it cannot be told apart any more. */
  #breakOff(error: SmtpError): void {
    this.#fail(error);
    this.destroy();
  }

  #answerMail(response: string, isPositive: boolean): void {
    const envelope = this.#envelope;
    this.#step = "rcpt";
    if (!isPositive) {
      const fields = { code: "EENVELOPE", command: "MAIL FROM", response };
      envelope.mailError = smtpError("Mail command failed", fields);
    }
    if (this.offers.pipelining) return;
    if (envelope.mailError !== undefined) this.#fail(envelope.mailError);
    else this.#socket.write(rcptCommand(envelope.to[0] as string, envelope, this.offers));
  }

  #answerRcpt(response: string, isPositive: boolean): void {
    const envelope = this.#envelope;
    const { to } = envelope;
    const recipient = to[this.#answered] as string;
    this.#answered += 1;
    if (isPositive) envelope.accepted.push(recipient);
    else {
      const fields = { code: "EENVELOPE", command: "RCPT TO", response, recipient };
      envelope.rejectedErrors.push(smtpError("Recipient command failed", fields));
    }
    if (this.#answered === to.length) this.#step = "data";
    if (this.offers.pipelining) return;
    if (this.#step === "rcpt") {
      this.#socket.write(rcptCommand(to[this.#answered] as string, envelope, this.offers));
      return;
    }
    const error = this.#envelopeError(response);
    if (error === undefined) this.#socket.write("DATA\r\n");
    else this.#fail(error);
  }

  #answerData(response: string): void {
    const goesAhead = /^3\d\d/.test(response);
    const error = this.#envelopeError(response);
    if (error !== undefined && goesAhead && this.#envelope.mailError === undefined) {
      // It must refuse DATA without an accepted recipient. An empty message has nobody to go to.
      this.#step = "empty";
      this.#socket.write(".\r\n");
    } else if (error !== undefined) {
      this.#fail(error);
      // Without a sender there is no transaction that could be ended.
      if (goesAhead) this.destroy();
    } else if (goesAhead) this.#step = "body";
    else if (response.startsWith("2")) {
      // Some servers say 250. Others have said something that was not asked for, and 354 is on its way.
      this.#step = "go-ahead";
      this.#timer = setTimeout(() => this.#writeBody(), silenceMs);
    } else this.#fail(smtpError("Data command failed", { code: "EENVELOPE", command: "DATA", response }));
  }

  #writeBody(): void {
    const body = this.#body as Body;
    this.#timer = undefined;
    this.#step = "body";
    body.writeTo(this).catch((error) => {
      if (this.#body === body) this.#fail(error);
    });
  }

  /** Why there is nothing to go ahead with, once sender and recipients have been answered. */
  #envelopeError(reply: string): SmtpError | undefined {
    const { mailError, accepted, rejectedErrors } = this.#envelope;
    if (mailError !== undefined || accepted.length > 0) return mailError;
    // A temporary refusal, if there is one: not all of the message has failed permanently.
    const chosen =
      rejectedErrors.find(({ response }) => /^[1-4]\d\d/.test(response ?? "")) ?? rejectedErrors.at(-1);
    const fields = { code: "EENVELOPE", command: "RCPT TO", response: chosen?.response ?? reply };
    return Object.assign(smtpError("all recipients were refused", fields), { rejectedErrors });
  }

  #succeed(reply: string): void {
    const resolve = this.#resolve;
    this.#settle();
    resolve?.(reply);
  }

  #fail(error: unknown): void {
    const reject = this.#reject;
    this.#settle();
    reject?.(error);
  }

  #settle(): void {
    this.#step = "idle";
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#body = undefined;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #onEnd(): void {
    this.#isClosed = true;
    const response = this.#line.trim();
    const fields = { code: "ECONNECTION", command: "CONN", response };
    // Half a reply may be a refusal, and never is a receipt.
    this.#fail(/^[45]\d\d[ -]/.test(response) ? smtpError("Connection closed", fields) : connectionClosed());
  }
}

/** What no address may hold between its brackets. */
const unfit = /[\r\n<>]/;

/** A line of a reply that has further ones. */
const goesOn = /^\d+-/;

/** A reply as UTF-8, where it is that; bytes as characters, where it is not. */
function decoded(reply: string): string {
  if (!/[\x80-\xff]/.test(reply)) return reply;
  const text = Buffer.from(reply, "latin1").toString();
  return text.includes("\ufffd") ? reply : text;
}
