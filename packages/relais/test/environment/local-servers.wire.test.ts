import { type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import { chainFromEnv, type Delivery, loadChain } from "relais";
import { afterEach, describe, expect, test } from "vitest";
import { mail, problems, type Settings } from "./settings.ts";

// What a Postfix on this machine does out of the box: STARTTLS, with a certificate that it made itself.

let server: SmtpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const ann = { SMTP_USER: "ann", SMTP_PASS: "sesame-42" };

async function send(far: SmtpServerOptions, env: Settings): Promise<Delivery> {
  server = await smtpServer(far);
  const all = { SMTP_HOST: "localhost", SMTP_PORT: String(server.port), ...env };
  // By the environment alone, and by an entry that it describes: the same.
  const chains = [chainFromEnv(all), await loadChain({ config: { chain: [{ use: "smtp" }] }, env: all })];
  const deliveries: Delivery[] = [];
  for (const chain of chains) {
    deliveries.push(await chain.send(mail));
    await chain.close();
  }
  const [first, second] = deliveries;
  expect(second?.success).toBe(first?.success);
  return first as Delivery;
}
const result = () => server?.sessions.at(-1);

describe("a server on this machine with a certificate of its own", () => {
  const own = { starttls: true, certificate: "selfSigned" } as const;
  const users = { auth: { users: { ann: ann.SMTP_PASS } } };

  test.each<[string, Settings, boolean]>([
    ["nothing but a host", {}, true],
    ["SMTP_REQUIRE_TLS=false", { SMTP_REQUIRE_TLS: "false" }, true],
    ["SMTP_IGNORE_TLS", { SMTP_IGNORE_TLS: "yes" }, false],
  ])("takes mail with %s", async (_, env, tls) => {
    expect(await send(own, env)).toMatchObject({ success: true });
    expect(result()?.secure).toBe(tls);
  });

  test("takes mail where it wants TLS for everything", async () => {
    const picky: SmtpServerOptions = {
      ...own,
      script: {
        mail: ({ session }) =>
          session.secure ? undefined : { reply: "530 5.7.0 Must issue a STARTTLS command first" },
      },
    };
    expect(await send(picky, {})).toMatchObject({ success: true });
    expect(result()?.secure).toBe(true);
  });

  test("takes a login with one variable more, whichever of the two", async () => {
    const delivery = await send({ ...own, ...users }, ann);
    expect(delivery).toMatchObject({ success: false, kind: "misconfigured" });
    expect(delivery.failures[0]?.reason).toBe(
      "the server's certificate is self-signed (ignoreTLS: true, SMTP_IGNORE_TLS=true, does without TLS on this machine)",
    );
    expect(result()?.logins).toEqual([]);
    await server?.close();
    for (const more of [{ SMTP_IGNORE_TLS: "true" }, { SMTP_REQUIRE_TLS: "false" }]) {
      expect(await send({ ...own, ...users }, { ...ann, ...more })).toMatchObject({ success: true });
      expect(result()?.logins).toMatchObject([{ user: "ann", accepted: true }]);
      await server?.close();
    }
  });

  test("is refused where TLS is required, and from the first byte", async () => {
    expect(await send(own, { SMTP_REQUIRE_TLS: "true" })).toMatchObject({ kind: "misconfigured" });
    await server?.close();
    const secure = { secure: true, certificate: "selfSigned" } as const;
    expect(await send(secure, { SMTP_SECURE: "true", SMTP_REQUIRE_TLS: "false" })).toMatchObject({
      kind: "misconfigured",
    });
  });
});

describe("a server elsewhere", () => {
  const there = { SMTP_HOST: "mail.example.org" };

  test("is not sent to in clear by SMTP_IGNORE_TLS alone", () => {
    const sentence =
      "SMTP_IGNORE_TLS sends mail and login in clear to a server that is not on this machine: where that is meant, set " +
      "SMTP_REQUIRE_TLS=false beside it.";
    for (const env of [there, { ...there, ...ann }])
      expect(problems({ ...env, SMTP_IGNORE_TLS: "true" })).toEqual([sentence]);
    for (const SMTP_HOST of ["localhost", "mail.example.org"])
      expect(problems({ SMTP_HOST, SMTP_IGNORE_TLS: "true", SMTP_REQUIRE_TLS: "1" })).toEqual([
        "SMTP_IGNORE_TLS and SMTP_REQUIRE_TLS are both true; keep one of them.",
      ]);
    expect(problems({ ...there, SMTP_IGNORE_TLS: "true", SMTP_PORT: "465" })).toEqual([]);
    expect(problems({ ...there, SMTP_IGNORE_TLS: "true", SMTP_REQUIRE_TLS: "no" })).toEqual([]);
    expect(problems({ ...there, SMTP_IGNORE_TLS: "off" })).toEqual([]);
  });

  test("has its certificate checked unless TLS may be missing altogether", async () => {
    const options = async (env: Settings) => {
      const chain = await loadChain({ config: { chain: [{ use: "smtp" }] }, env: { ...there, ...env } });
      await chain.close();
      return (chain.effective() as { chain: [{ options: object }] }).chain[0].options;
    };
    for (const env of [
      {},
      ann,
      { SMTP_REQUIRE_TLS: "true" },
      { SMTP_PORT: "465", SMTP_REQUIRE_TLS: "false" },
    ])
      expect(await options(env)).not.toHaveProperty("tls");
    expect(await options({ SMTP_REQUIRE_TLS: "false" })).toMatchObject({
      tls: { rejectUnauthorized: false },
    });
  });
});

describe("SMTP_NAME", () => {
  const gmail: SmtpServerOptions = {
    script: {
      ehlo: ({ line }) =>
        /\[127\.0\.0\.1\]|localhost/.test(line)
          ? { reply: "421 4.7.0 Try again later, closing connection. (EHLO)", next: "drop" }
          : undefined,
    },
  };

  test.each(["app.example.org", " app.example.org\r\n", "[10.0.0.7]"])("%j is said in EHLO", async (name) => {
    expect(await send(gmail, { SMTP_NAME: name })).toMatchObject({ success: true });
    expect(result()?.commands[0]).toBe(`EHLO ${name.trim()}`);
  });

  test("that is none is refused before anything connects", () => {
    expect(problems({ SMTP_HOST: "a.example.org", SMTP_NAME: "not a name" })).toEqual([
      'SMTP_* cannot be used: smtp: name must be a host name or an address in brackets, got "not a name".',
    ]);
    expect(problems({ SMTP_NAME: "a.example.org" })).toEqual(["SMTP_NAME is set, but SMTP_HOST is not."]);
  });
});
