import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Accepted since the start. */
  readonly connections: number;
  /** That came from either side, since the start. */
  readonly bytes: { readonly client: number; readonly server: number };
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  /** What the client sent last, when the next thing the server says is lost and the connection with it. */
  readonly cutAfter?: string;
  /** Everything goes on in pieces of so many bytes. */
  readonly sliceBytes?: number;
  /** The connection is cut when so many bytes have come from one side; they go on before, what follows does not. */
  readonly cutAt?: Cut;
}

export interface Cut {
  readonly from: "client" | "server";
  readonly afterBytes: number;
  /** `reset`: both ends see an error; `end`: both see the other one end. */
  readonly how: "reset" | "end";
}

/** Hands bytes on, piece by piece and in order. */
async function copy(
  from: Socket,
  to: Socket,
  sliceBytes: number,
  isCut: (chunk: Buffer) => boolean,
): Promise<void> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    if (isCut(chunk)) return;
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const piece = chunk.subarray(at, at + sliceBytes);
      await new Promise((resolve) => to.write(piece, resolve));
    }
  }
  to.end();
}

/** Hands bytes on both ways until the cut. */
function cutWhenCounted(
  client: Socket,
  upstream: Socket,
  { from, afterBytes, how }: Cut,
  bytes: { client: number; server: number },
): void {
  const cut = (): void => {
    for (const socket of [client, upstream]) {
      if (how === "end") socket.end(() => socket.destroy());
      else socket.resetAndDestroy();
    }
  };
  const pass = (side: "client" | "server", source: Socket, target: Socket): void => {
    const limit = side === from ? afterBytes : Number.POSITIVE_INFINITY;
    source.on("data", (chunk: Buffer) => {
      if (bytes[side] >= limit && limit > 0) return;
      const piece = chunk.subarray(0, limit - bytes[side]);
      bytes[side] += piece.length;
      // A reset would overtake what has not been read yet: the other end hears of the bytes first.
      target.write(piece, () => void (bytes[side] >= limit && setTimeout(cut, 5)));
    });
    source.on("end", () => target.end());
  };
  pass("client", client, upstream);
  pass("server", upstream, client);
  if (afterBytes === 0) cut();
}

/** A TCP proxy on loopback, in front of a server on loopback. */
export async function tcpProxy(port: number, options: TcpProxyOptions = {}): Promise<TcpProxy> {
  const { cutAfter, cutAt, sliceBytes = Number.POSITIVE_INFINITY } = options;
  const bytes = { client: 0, server: 0 };
  const host = "127.0.0.1";
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (client) => {
    connections += 1;
    const upstream = connect({ host, port, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    let last = "";
    const remember = (chunk: Buffer): false => {
      if (cutAfter !== undefined) last = (last + chunk.toString("latin1")).slice(-cutAfter.length);
      return false;
    };
    const cut = (): boolean => {
      if (cutAfter === undefined || last !== cutAfter) return false;
      client.resetAndDestroy();
      upstream.destroy();
      return true;
    };
    if (cutAt !== undefined) {
      cutWhenCounted(client, upstream, cutAt, bytes);
      return;
    }
    const counted = (side: keyof typeof bytes, isCut: (chunk: Buffer) => boolean) => (chunk: Buffer) => {
      bytes[side] += chunk.length;
      return isCut(chunk);
    };
    void copy(client, upstream, sliceBytes, counted("client", remember)).catch(() => upstream.destroy());
    void copy(upstream, client, sliceBytes, counted("server", cut)).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    host,
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
    bytes,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
