import { smtpServer } from "@relais/conformance";
import { createChain, type Delivery } from "@relais/core";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { until } from "../../packages/smtp/test/until.ts";
import { type Cut, tcpProxy } from "./tcp-proxy.ts";

// A cut at each byte of a session, in both directions: whatever is reported has to be what the servers hold.

const password = "correct-horse-battery";
const text = "A line.\n.\nA dot.\n";

describe.each([
  ["commands one by one", { pipelining: false }, {}],
  ["PIPELINING", { pipelining: true }, {}],
  ["STARTTLS and a login", { starttls: true, auth: { users: { relais: password } } }, { tls: true }],
] as const)("%s", (_name, serverOptions, { tls }: { tls?: true }) => {
  test.each(["reset", "end"] as const)("cut by %s", { timeout: 300_000 }, async (how) => {
    const first = await smtpServer(serverOptions);
    const second = await smtpServer({});
    const options = (port: number): SmtpOptions => ({
      host: "127.0.0.1",
      port,
      ...(tls ? { auth: { user: "relais", pass: password }, tls: { ca: first.ca } } : {}),
    });
    const send = async (
      to: string,
      cutAt?: Cut,
    ): Promise<readonly [Delivery, { client: number; server: number }]> => {
      const proxy = await tcpProxy(first.port, cutAt === undefined ? {} : { cutAt });
      const chain = createChain(
        [
          { ...smtp(options(proxy.port)), id: "FIRST" },
          smtp({ host: second.host, port: second.port, id: "SECOND" }),
        ],
        { policies: [], deadlineMs: 20_000 },
      );
      const delivery = await chain.send({ from: "shop@example.org", to, subject: "Your order", text });
      await chain.close();
      await proxy.close();
      return [delivery, proxy.bytes];
    };

    const [whole, bytes] = await send("whole@example.net");
    expect(whole).toMatchObject({ status: "sent", provider: "FIRST" });
    const cuts: Cut[] = (["client", "server"] as const).flatMap((from) =>
      Array.from({ length: bytes[from] }, (_, afterBytes) => ({ from, afterBytes, how })),
    );
    expect(cuts.length).toBeGreaterThan(400);
    const ends: { readonly cut: Cut; readonly to: string; readonly delivery: Delivery }[] = [];
    const next = cuts.entries();
    const worker = async (): Promise<void> => {
      for (const [n, cut] of next) {
        const to = `n${n}@example.net`;
        ends.push({ cut, to, delivery: (await send(to, cut))[0] });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    await until(() => first.open === 0 && second.open === 0);

    const copies = (server: typeof first, to: string): number =>
      server.accepted.filter((mail) => mail.to.includes(to)).length;
    const seen = new Set<string>();
    for (const { cut, to, delivery } of ends) {
      const at = JSON.stringify({ cut, delivery });
      const held = [copies(first, to), copies(second, to)];
      seen.add(`${delivery.status} ${held}`);
      if (delivery.status === "sent")
        expect(held, at).toEqual(delivery.provider === "FIRST" ? [1, 0] : [0, 1]);
      else {
        // Nobody knows, and no second copy is made; before the body went out, it is known.
        expect(delivery.status, at).toBe("unknown");
        expect(held[1], at).toBe(0);
        expect(held[0], at).toBeLessThanOrEqual(1);
        expect(delivery.attempts.at(-1)?.phase, at).toBe("handed_over");
      }
    }
    expect([...seen].sort()).toEqual(["sent 0,1", "sent 1,0", "unknown 0,0", "unknown 1,0"]);
    await first.close();
    await second.close();
  });
});
