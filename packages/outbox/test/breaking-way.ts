import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** How often a way breaks, each a share of what passes over it. */
export interface Breaks {
  /** The connection ends before what was sent has arrived, or after it with the answer lost. */
  readonly cut: number;
  /** Nothing passes any more, and nobody says so, for `hangMs`; then the connection ends. */
  readonly hang: number;
  readonly hangMs: number;
}

/** A way to a TCP server on loopback that breaks at random: what was asked may have been done, and nobody hears of it. */
export interface BreakingWay {
  readonly port: number;
  /** How often it broke. */
  readonly broken: () => { readonly cut: number; readonly hung: number };
  /** From now on it does not break by chance. */
  calm(): void;
  /** Nothing passes any more over the connections that are there, and nobody says so; `all`: nor over new ones. */
  silence(which?: "all"): void;
  /** Ends every connection. */
  cut(): void;
  close(): Promise<void>;
}

const unbroken: Breaks = { cut: 0, hang: 0, hangMs: 0 };

export async function breakingWay(
  to: number,
  breaks: Breaks = unbroken,
  random: () => number = Math.random,
): Promise<BreakingWay> {
  const open = new Set<Socket>();
  let cut = 0;
  let hung = 0;
  let calm = false;
  let silent = false;
  let generation = 0;

  const server = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    const mine = generation;
    let hanging = false;
    const pass = (into: Socket) => (chunk: Buffer) => {
      if (hanging || silent || mine < generation) return;
      const dice = calm ? 1 : random();
      if (dice < breaks.hang) {
        hung += 1;
        hanging = true;
        setTimeout(end, breaks.hangMs).unref();
      } else if (dice < breaks.hang + breaks.cut / 2) {
        cut += 1;
        end();
      } else if (dice < breaks.hang + breaks.cut) {
        cut += 1;
        // It arrives; what comes of it does not come back.
        into.write(chunk, () => setTimeout(end, 2));
        hanging = true;
      } else into.write(chunk);
    };
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on("data", pass(other));
      socket.on("error", end);
      socket.on("close", () => {
        open.delete(socket);
        // Where nothing passes, that somebody went does not either.
        if (!silent && mine === generation) end();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    broken: () => ({ cut, hung }),
    calm() {
      calm = true;
    },
    silence(which) {
      generation += 1;
      silent = which === "all";
    },
    cut() {
      for (const socket of open) socket.destroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
