import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** A socket to talk SMTP by hand. */
export interface RawClient {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** Waits for text that matches and takes everything up to there. */
  until(pattern: RegExp): Promise<string>;
  /** Everything not taken yet. */
  left(): string;
  /** How the connection ended: `"FIN"` or an error's code. */
  readonly ending: Promise<string>;
  startTls(ca: string): Promise<RawClient>;
}

export function rawClient(port: number): RawClient {
  return around(connect({ port, host: "127.0.0.1", noDelay: true }));
}

/** EHLO, MAIL, RCPT and DATA in order, up to the 354. */
export async function upToData(port: number): Promise<RawClient> {
  const client = rawClient(port);
  await client.until(/220 .*\r\n/);
  client.send("EHLO me\r\n");
  await client.until(/250 .*\r\n/);
  client.send("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
  await client.until(/354 .*\r\n/);
  return client;
}

function around(socket: Socket): RawClient {
  let buffer = "";
  let wake = (): void => undefined;
  const ending = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("FIN"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once("close", () => resolve("closed"));
  });
  socket.on("data", (chunk) => {
    buffer += chunk.toString("latin1");
    wake();
  });
  void ending.then(() => wake());
  let over = false;
  void ending.then(() => {
    over = true;
  });
  return {
    socket,
    send: (bytes) => {
      socket.write(bytes);
    },
    until: async (pattern) => {
      for (;;) {
        const match = pattern.exec(buffer);
        if (match !== null) {
          const taken = buffer.slice(0, match.index + match[0].length);
          buffer = buffer.slice(taken.length);
          return taken;
        }
        if (over)
          throw new Error(`ended (${await ending}) before ${pattern}, after ${JSON.stringify(buffer)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    left: () => buffer,
    ending,
    startTls: async (ca) => {
      socket.removeAllListeners("data");
      const secure = connectTls({ socket, ca, servername: "localhost" });
      await new Promise<void>((resolve, reject) => {
        secure.once("secureConnect", resolve);
        secure.once("error", reject);
      });
      return around(secure);
    },
  };
}
