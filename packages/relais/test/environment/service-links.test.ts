import fc from "fast-check";
import { chainFromEnv, loadChain } from "relais";
import { expect, test } from "vitest";
import { problems } from "./settings.ts";

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((ip) => `[${ip}]`),
);
const port = fc.integer({ min: 1, max: 65_535 });
/** What Kubernetes, and Docker's old links, put into a container for a Service called smtp. */
const links = fc
  .record({ protocol: fc.constantFrom("tcp", "udp", "sctp"), address, port, end: fc.constantFrom("", "\n") })
  .map(({ protocol, address: ip, port: n, end }) => {
    const url = `${protocol}://${ip}:${n}${end}`;
    const one = `SMTP_PORT_${n}_${protocol.toUpperCase()}`;
    return {
      SMTP_SERVICE_HOST: ip,
      SMTP_SERVICE_PORT: String(n),
      SMTP_SERVICE_PORT_SMTP: String(n),
      SMTP_PORT: url,
      SMTP_NAME: "/shop/smtp",
      SMTP_ENV_PATH: "/usr/bin",
      [one]: url,
      [`${one}_PROTO`]: protocol,
      [`${one}_PORT`]: String(n),
      [`${one}_ADDR`]: ip,
    };
  });
const ses = { AWS_SES_REGION: "eu-west-1", AWS_SES_ACCESS_KEY_ID: "A", AWS_SES_SECRET_ACCESS_KEY: "s" };
const host = { SMTP_HOST: "mail.example.org" };

test("without SMTP_HOST they describe nothing, and are in nobody's way", async () => {
  await fc.assert(
    fc.asyncProperty(links, async (env) => {
      expect(chainFromEnv({ ...env, ...ses }).links.map(({ id }) => id)).toEqual(["SES"]);
      expect(problems(env)).toEqual([expect.stringMatching(/^No e-mail provider is configured/)]);
      const config = { chain: [{ use: "ses" }] };
      const chain = await loadChain({ config, env: { ...env, ...ses } });
      await chain.close();
    }),
    { numRuns: 40 },
  );
});

test("beside SMTP_HOST each is named with its cause, and a port of one's own wins", async () => {
  const cause = /^SMTP_(PORT|NAME) is the address of a Service or a linked container called smtp, /;
  await fc.assert(
    fc.asyncProperty(links, async (env) => {
      expect(problems({ ...env, ...host })).toEqual([
        expect.stringMatching(cause),
        expect.stringMatching(cause),
      ]);
      expect(problems({ ...env, ...host, SMTP_PORT: "587", SMTP_NAME: "a.example.org" })).toEqual([]);
      for (const options of [undefined, { host: "mail.example.org", port: "${SMTP_PORT}" }]) {
        const config = { chain: [{ use: "smtp", ...(options && { options }) }] };
        const error = await loadChain({ config, env: { ...env, ...host } }).catch((thrown: Error) => thrown);
        expect(String(error)).toMatch(/SMTP_PORT is the address of a Service/);
      }
    }),
    { numRuns: 40 },
  );
});
