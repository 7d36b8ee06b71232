import type { AddressInfo, Server, Socket } from "node:net";

/** A server that can go down and come back on the same port of 127.0.0.1. */
export interface Listener {
  readonly port: number;
  /** Sockets open now. */
  readonly open: number;
  /** Sockets accepted since the start or the last `forget`. */
  readonly connections: number;
  forget(): void;
  down(): Promise<void>;
  up(): Promise<void>;
}

/** Puts a server on 127.0.0.1 and keeps track of its sockets. Port 0 picks a free one, kept from then on. */
export async function listener(server: Server, wantedPort: number): Promise<Listener> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let port = wantedPort;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  const up = async (): Promise<void> => {
    if (server.listening) return;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
    port = (server.address() as AddressInfo).port;
  };
  const down = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await up();
  return {
    port,
    get open() {
      return sockets.size;
    },
    get connections() {
      return connections;
    },
    forget: () => {
      connections = 0;
    },
    down,
    up,
  };
}
