import type { Failure, Message, Outcome, SendContext } from "@relais/core/spi";
import { compile } from "@relais/mime";
import type { Place } from "../connection/connection-slots.ts";
import { evidence } from "../replies/parse-error.ts";
import type { Sign } from "./dkim.ts";
import { Transfer, type Ways } from "./transfer.ts";

/** What the attempts of one provider share. */
export interface Station extends Ways {
  readonly sign: Sign | undefined;
}

/** One call of `send`, for whoever may have to break it off. */
export interface Attempt {
  /** Tries once; never rejects. */
  run(place: Place): Promise<Outcome>;
  /** After `run`: resolves when its connection is free again, or closed. */
  tidied(): Promise<void>;
  /** Closes the connection, and says what that makes of the message. */
  breakOff(): Outcome;
}

/** Prepares one attempt; nothing happens before `run`. */
export function attempt(message: Message, context: SendContext, station: Station): Attempt {
  const { telling, sign } = station;
  const transfer = new Transfer(message, context, station);

  const wireBytes = async (): Promise<Buffer | Failure> => {
    try {
      const { bytes } = await compile(message);
      return sign === undefined ? bytes : await sign(bytes, message.from.address);
    } catch (thrown) {
      const { code, message: said } = evidence(thrown);
      return code === "EDKIM"
        ? telling.failure({ kind: "misconfigured", reason: said, code })
        : telling.failure({ kind: "rejected", reason: `the message could not be compiled: ${said}`, code });
    }
  };

  return {
    tidied: () => transfer.tidied(),
    breakOff: () => transfer.breakOff(),
    run: async (place) => {
      const bytes = await wireBytes();
      return Buffer.isBuffer(bytes) ? transfer.run(bytes, place) : bytes;
    },
  };
}
