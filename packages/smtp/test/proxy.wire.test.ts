import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { inspect } from "node:util";
import { smtpServer } from "@relais/conformance";
import { smtp } from "@relais/smtp";
import { describe, expect, onTestFinished, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";

async function connectProxy(credentials: string): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    if (request.headers["proxy-authorization"] !== `Basic ${Buffer.from(credentials).toString("base64")}`) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const [host, port] = (request.url ?? "").split(":");
    const far = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      far.pipe(socket).pipe(far);
    });
    far.on("error", () => socket.destroy());
    socket.on("error", () => far.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { port: (proxy.address() as AddressInfo).port, asked };
}

describe("a proxy", () => {
  test("carries the mail, encrypted with the server's own name", async () => {
    const server = await smtpServer({ secure: true });
    const { port, asked } = await connectProxy("ann:proxy-pass-1");
    const provider = smtp({
      host: "127.0.0.1",
      port: server.port,
      secure: true,
      tls: { ca: server.ca },
      proxy: `http://ann:proxy-pass-1@127.0.0.1:${port}`,
    });
    const message = await mail();
    expect(await provider.send(message, sendContext(message))).toMatchObject({ success: true });
    expect(asked).toEqual([`127.0.0.1:${server.port}`]);
    await provider.close?.();
    await server.close();
  });

  test("that refuses is transient, and its password is not shown", async () => {
    const { port } = await connectProxy("ann:another");
    const provider = smtp({
      host: "127.0.0.1",
      port: 2525,
      proxy: `http://ann:proxy-pass-1@127.0.0.1:${port}`,
    });
    const message = await mail();
    const outcome = await provider.send(message, sendContext(message));
    expect(outcome).toMatchObject({ kind: "transient", code: "EPROXY" });
    expect(inspect(outcome)).not.toContain("proxy-pass");
  });
});
