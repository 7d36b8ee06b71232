import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Accepted since the start. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  /** What the client sent last, when the next thing the server says is lost and the connection with it. */
  readonly cutAfter?: string;
  /** Everything goes on in pieces of so many bytes. */
  readonly sliceBytes?: number;
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

/** A TCP proxy on loopback, in front of a server on loopback. */
export async function tcpProxy(port: number, options: TcpProxyOptions = {}): Promise<TcpProxy> {
  const { cutAfter, sliceBytes = Number.POSITIVE_INFINITY } = options;
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
    void copy(client, upstream, sliceBytes, remember).catch(() => upstream.destroy());
    void copy(upstream, client, sliceBytes, cut).catch(() => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    host,
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
