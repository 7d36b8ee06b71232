import { isAscii } from "node:buffer";
import type { Failure, Message, Outcome, SendContext } from "@relais/core/spi";
import { compile } from "@relais/mime";
import { type BodyStream, bodyStream } from "./body-stream.ts";
import { evidence } from "./evidence.ts";
import type { Session } from "./session.ts";
import type { Sign } from "./sign.ts";
import type { Sent, Telling } from "./telling.ts";

/** What the attempts of one provider share. */
export interface Station {
  readonly telling: Telling;
  readonly sign: Sign | undefined;
  /** An idle session, if there is one. */
  take(): Session | undefined;
  open(signal: AbortSignal): Promise<Session>;
  /** Takes a session back that is fit for another message. */
  give(session: Session): void;
}

/** One call of `send`, for whoever may have to break it off. */
export interface Attempt {
  /** Tries once; never rejects. */
  run(): Promise<Outcome>;
  /** After `run`: resolves when its connection is free again, or closed. */
  tidied(): Promise<void>;
  /** Closes the connection, and says what that makes of the message. */
  breakOff(): Failure;
}

/** nodemailer looked at the socket before it wrote, and found it closed: not a byte of this message went out. */
function untouched(thrown: unknown): boolean {
  const { code, command } = evidence(thrown);
  return code === "ECONNECTION" && command === "API";
}

/** Whether after this failure the server waits for a command, and not for the rest of a body or for nothing at all. */
function sessionGoesOn(thrown: unknown, body: BodyStream): boolean {
  if (body.begun && !(body.handedOver && body.stream.readableEnded)) return false;
  const { code, response = "500" } = evidence(thrown);
  return (code === "EENVELOPE" || code === "EMESSAGE") && /^(?!421)[45]\d\d/.test(response);
}

/** Prepares one attempt; nothing happens before `run`. */
export function attempt(message: Message, context: SendContext, station: Station): Attempt {
  const { telling } = station;
  let body: BodyStream | undefined;
  let session: Session | undefined;
  let tidying: Promise<void> = Promise.resolve();

  // From here on the session may be another's: it is no longer ours to close.
  const letGo = (used: Session): void => {
    session = undefined;
    station.give(used);
  };

  const putBack = async (used: Session): Promise<void> => {
    await used.reset();
    letGo(used);
  };

  const accepted = (used: Session, sent: Sent, { handedOver, stream }: BodyStream): Outcome => {
    if (handedOver && stream.readableEnded) {
      letGo(used);
      return telling.receipt(message.messageId, sent);
    }
    // An answer that cannot be one to the final dot: it has not gone out yet. It must not any more.
    used.destroy();
    const reason = "the server answered before it had the whole message";
    return telling.failure({ kind: handedOver ? "unknown" : "transient", reason, code: "EPROTOCOL" });
  };

  const transfer = async (bytes: Buffer): Promise<Outcome> => {
    const { from, to } = context.envelope;
    for (;;) {
      context.signal.throwIfAborted();
      const kept = station.take();
      const used = kept ?? (await station.open(context.signal));
      session = used;
      context.signal.throwIfAborted();
      const outgoing = bodyStream(bytes, () => context.handOver());
      body = outgoing;
      try {
        const envelope = { from, to: [...to], size: bytes.length, use8BitMime: !isAscii(bytes) };
        return accepted(used, await used.send(envelope, outgoing.stream), outgoing);
      } catch (thrown) {
        if (kept !== undefined && untouched(thrown)) continue;
        if (sessionGoesOn(thrown, outgoing)) tidying = putBack(used);
        else used.destroy();
        if (outgoing.declined) {
          return telling.failure({ kind: "cancelled", reason: "the hand-over was declined" });
        }
        return telling.trouble(thrown, outgoing.handedOver);
      }
    }
  };

  const wireBytes = async (): Promise<Buffer | Failure> => {
    try {
      const { bytes } = await compile(message);
      return station.sign === undefined ? bytes : await station.sign(bytes, message.from.address);
    } catch (thrown) {
      const { code, message: said } = evidence(thrown);
      return code === "EDKIM"
        ? telling.failure({ kind: "misconfigured", reason: said, code })
        : telling.failure({ kind: "rejected", reason: `the message could not be compiled: ${said}`, code });
    }
  };

  return {
    tidied: () => tidying,
    run: async () => {
      try {
        const bytes = await wireBytes();
        return Buffer.isBuffer(bytes) ? await transfer(bytes) : bytes;
      } catch (thrown) {
        session?.destroy();
        return telling.trouble(thrown, body?.handedOver ?? false);
      }
    },
    breakOff: () => {
      // Read first: closing the connection destroys the body.
      const handedOver = body?.handedOver ?? false;
      session?.destroy();
      return handedOver
        ? telling.failure({ kind: "unknown", reason: "aborted after the message was handed over" })
        : telling.failure({ kind: "cancelled", reason: "aborted before the message was handed over" });
    },
  };
}
