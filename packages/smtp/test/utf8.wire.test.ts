import { smtpServer } from "@relais/conformance";
import type { Message, Outcome, Provider } from "@relais/core/spi";
import { smtp } from "@relais/smtp";
import { describe, expect, onTestFinished, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";

const jurgen = "jürgen@relais.test";

async function setup(options: Parameters<typeof smtpServer>[0] = {}) {
  const server = await smtpServer(options);
  const provider = smtp({ host: server.host, port: server.port });
  onTestFinished(async () => {
    await provider.close?.();
    await server.close();
  });
  return { server, provider };
}

async function send(provider: Provider, changes: Partial<Message>): Promise<Outcome> {
  const message: Message = { ...(await mail()), ...changes };
  return provider.send(message, sendContext(message));
}

const to = (...addresses: string[]): Partial<Message> => ({
  envelope: { from: "sender@relais.test", to: addresses },
});
const mails = (commands: readonly string[]): string[] => commands.filter((line) => /^MAIL/.test(line));

describe("addresses outside of ASCII", () => {
  test("go where SMTPUTF8 is offered, and MAIL says so", async () => {
    const { server, provider } = await setup({ smtpUtf8: true });
    expect((await send(provider, to(jurgen))).success).toBe(true);
    expect(server.accepted[0]?.to).toEqual([jurgen]);
    expect(mails(server.sessions[0]?.commands ?? [])[0]).toMatch(/ SMTPUTF8(?: |$)/);
  });

  test("in a header alone make MAIL say so too, and the next message is as it was", async () => {
    const { server, provider } = await setup({ smtpUtf8: true });
    expect((await send(provider, { replyTo: [{ address: jurgen }] })).success).toBe(true);
    expect((await send(provider, {})).success).toBe(true);
    const lines = mails(server.sessions.flatMap(({ commands }) => commands));
    expect(lines.map((line) => / SMTPUTF8(?: |$)/.test(line))).toEqual([true, false]);
  });

  test.for([
    ["the only recipient", to(jurgen), /the recipient's address/],
    ["the sender", { envelope: { from: jurgen, to: ["ann@relais.test"] } }, /the sender's address/],
    ["a header", { to: [{ address: jurgen }] }, /an address in to/],
  ] as const)(
    "in %s are refused before MAIL where it is not, and the connection is kept",
    async ([, changes, why]) => {
      const { server, provider } = await setup();
      const outcome = await send(provider, changes as Partial<Message>);
      expect(outcome).toMatchObject({ success: false, kind: "refused", code: "ESMTPUTF8" });
      expect(!outcome.success && outcome.reason).toMatch(why);
      expect((await send(provider, {})).success).toBe(true);
      expect(server.connections).toBe(1);
      expect(mails(server.sessions[0]?.commands ?? [])).toHaveLength(1);
    },
  );

  test("of one recipient do not keep the others from the mail", async () => {
    const { server, provider } = await setup();
    const outcome = await send(provider, to("ann@relais.test", jurgen, "bob@relais.test"));
    expect(outcome).toMatchObject({
      success: true,
      accepted: ["ann@relais.test", "bob@relais.test"],
      rejected: [{ address: jurgen, failure: { kind: "refused" } }],
    });
    expect(server.accepted).toHaveLength(1);
  });
});

describe("reports (RFC 3461)", () => {
  const dsn: Partial<Message> = {
    dsn: { return: "headers", id: "order-7", notify: ["failure", "delay"], recipient: "ann@relais.test" },
  };

  test("are asked for where DSN is offered", async () => {
    const { server, provider } = await setup({ dsn: true });
    expect((await send(provider, dsn)).success).toBe(true);
    const [session] = server.sessions;
    expect(session?.commands).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^MAIL FROM:.* RET=HDRS ENVID=order-7/),
        expect.stringMatching(/^RCPT TO:.* NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@relais\.test/),
      ]),
    );
  });

  test("are left out where it is not", async () => {
    const { server, provider } = await setup();
    expect((await send(provider, dsn)).success).toBe(true);
    expect(server.sessions[0]?.commands.join("\n")).not.toMatch(/RET=|ENVID=|NOTIFY=|ORCPT=/);
  });
});
