import { smtpServer } from "@relais/conformance";
import { readUnsubscribeToken } from "@relais/core/spi";
import { chainFromEnv, loadChain } from "relais";
import { expect, onTestFinished, test } from "vitest";

const secrets = ["a new secret, long enough", "the old secret, as long"].map((one) =>
  one.replaceAll(",", ""),
);
const mail = {
  from: "news@example.org",
  to: "ann@example.com",
  subject: "News",
  text: "News",
  unsubscribe: { url: "https://example.org/u" },
};

test.each(["the environment", "a configuration"])(
  "%s signs links with the first of its secrets",
  async (way) => {
    const server = await smtpServer();
    const env = {
      SMTP_HOST: server.host,
      SMTP_PORT: String(server.port),
      RELAIS_UNSUBSCRIBE_SECRET: secrets.join(", "),
    };
    const config = { chain: [{ use: "smtp", options: { host: server.host, port: server.port } }] };
    const chain = way === "the environment" ? chainFromEnv(env) : await loadChain({ env, config });
    onTestFinished(async () => {
      await chain.close();
      await server.close();
    });
    expect(await chain.send(mail)).toMatchObject({ success: true });
    const data = server.accepted[0]?.data.toString().replaceAll(/\r\n[ \t]+/g, " ") ?? "";
    const [, token = ""] = /^List-Unsubscribe: <\S+[?&]token=([\w-]+)>/m.exec(data) ?? [];
    expect(readUnsubscribeToken(token, secrets.slice(0, 1))).toMatchObject({ recipient: "ann@example.com" });
  },
);

test("a secret that is too short is said, and not shown", async () => {
  const env = { SMTP_HOST: "localhost", RELAIS_UNSUBSCRIBE_SECRET: "sesame" };
  const sentence = "RELAIS_UNSUBSCRIBE_SECRET must have 16 characters or more.";
  expect(() => chainFromEnv(env)).toThrow(sentence);
  const config = { chain: [{ use: "smtp", options: { host: "localhost" } }] };
  await expect(loadChain({ env, config })).rejects.toThrow(sentence);
});
