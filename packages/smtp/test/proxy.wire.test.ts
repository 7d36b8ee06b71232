import { inspect } from "node:util";
import { smtpServer } from "@relais/conformance";
import { smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { connectProxy } from "./connect-proxy.ts";
import { mail, sendContext } from "./send-context.ts";

describe("a proxy", () => {
  test("carries the mail, encrypted with the server's own name", async () => {
    const server = await smtpServer({ secure: true });
    const { port, asked } = await connectProxy({ login: "ann:proxy-pass-1" });
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
    const { port } = await connectProxy({ login: "ann:another" });
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

  test.each(["50%25-pass-1", "50%-pass-1", "pass:w%C3%B6rd-1"])(
    "may have the password %s",
    async (written) => {
      const server = await smtpServer();
      const password = written.replace("%25", "%").replace("%C3%B6", "ö");
      const { port, asked } = await connectProxy({ login: `ann:${password}` });
      const proxy = `http://ann:${written}@127.0.0.1:${port}`;
      const provider = smtp({ host: "127.0.0.1", port: server.port, proxy });
      const message = await mail();
      expect(await provider.send(message, sendContext(message))).toMatchObject({ success: true });
      expect(asked).toHaveLength(1);
      await provider.close?.();
      await server.close();
    },
  );
});
