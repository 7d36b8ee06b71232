import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";

/** The bytes of one connection: what goes out is gathered until `flush`, so that a batch is answered in one packet. */
export interface Wire {
  /** Whether nothing more goes out: dropped, reset, stalled or closed. */
  readonly over: boolean;
  write(bytes: string | Buffer): void;
  /** Says whether there was anything. */
  flush(): boolean;
  /** FIN, after everything written. */
  drop(): void;
  /** RST, after everything written. */
  reset(): void;
  /** No more answers. With `stopsReading`, no more reading either, so that the client's window fills up. */
  stall(stopsReading: boolean): void;
  /** A timer that ends with the connection. */
  later(delayMs: number, run: () => void): void;
  /** Waits for the first bytes and puts them back. */
  onceReadable(run: () => void): void;
  /** Makes the connection a TLS one; `ready` runs when the handshake is done, with the protocol's name. */
  upgrade(context: SecureContext, ready: (version: string) => void): void;
}

/** What a connection tells its session. */
export interface WireEvents {
  data(chunk: Buffer): void;
  /** The client will send nothing more. */
  end(): void;
  close(): void;
}

// How long a dropped connection goes on reading, so that the client sees a FIN and not a RST for bytes still under way.
const LINGER_MS = 500;
// How long before a RST the last bytes go out: it overtakes what the client has not read yet.
const SETTLE_MS = 10;

export function wire(plain: Socket, events: WireEvents): Wire {
  let socket: Socket = plain;
  let over = false;
  let out: (string | Buffer)[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const later = (delayMs: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
  };
  const onData = (chunk: Buffer): void => {
    if (!over) events.data(chunk);
  };
  const onEnd = (): void => {
    if (over) socket.end();
    else events.end();
  };
  const attach = (): void => {
    socket.on("data", onData);
    socket.on("end", onEnd);
  };
  const flush = (): boolean => {
    if (out.length === 0) return false;
    const text = out.every((bytes) => typeof bytes === "string");
    if (socket.writable)
      socket.write(text ? out.join("") : Buffer.concat(out.map((bytes) => Buffer.from(bytes))));
    out = [];
    return true;
  };

  plain.setNoDelay(true);
  plain.on("error", () => undefined);
  plain.once("close", () => {
    over = true;
    for (const timer of timers) clearTimeout(timer);
    events.close();
  });
  attach();

  return {
    get over() {
      return over;
    },
    write: (bytes) => {
      out.push(bytes);
    },
    flush,
    drop: () => {
      flush();
      over = true;
      socket.end();
      socket.resume();
      later(LINGER_MS, () => socket.destroy());
    },
    reset: () => {
      const flushed = flush();
      over = true;
      if (flushed) later(SETTLE_MS, () => plain.resetAndDestroy());
      else plain.resetAndDestroy();
    },
    stall: (stopsReading) => {
      flush();
      over = true;
      if (stopsReading) socket.pause();
      else socket.resume();
    },
    later,
    onceReadable: (run) => {
      socket.off("data", onData);
      socket.once("data", (chunk: Buffer) => {
        socket.pause();
        socket.unshift(chunk);
        run();
      });
    },
    upgrade: (context, ready) => {
      // What a script says in place of the handshake goes out in clear.
      flush();
      plain.removeAllListeners("data");
      plain.removeAllListeners("end");
      const secure = new TLSSocket(plain, { isServer: true, secureContext: context });
      secure.on("error", () => plain.destroy());
      // The plain socket is not told when its connection ends under TLS.
      secure.once("close", () => plain.destroy());
      secure.once("secure", () => ready(secure.getProtocol() ?? "unknown"));
      socket = secure;
      attach();
    },
  };
}
