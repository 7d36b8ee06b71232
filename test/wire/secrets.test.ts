import { inspect } from "node:util";
import { smtpServer } from "@relais/conformance";
import { createChain, describe as describeFailure, type RelaisEvent, unwrap } from "@relais/core";
import { smtp } from "@relais/smtp";
import { expect, test } from "vitest";
import { chainTo, farEnds, mail, password, secretAccessKey } from "./far-ends.ts";

/** Every form in which a secret could come out. */
function forms(...secrets: readonly string[]): string[] {
  return secrets.flatMap((secret) => {
    const encoded = [`\0relais\0${secret}`, secret].map((text) =>
      Buffer.from(text).toString("base64").replace(/=+$/, ""),
    );
    return [secret, encodeURIComponent(secret), ...encoded, Buffer.from(secret).toString("hex")];
  });
}

/** All that can be got out of what came out, as text. */
function everything(values: readonly unknown[]): string {
  return values
    .flatMap((value) => [
      inspect(value, { depth: 20, showHidden: true, maxStringLength: null }),
      JSON.stringify(value),
      value instanceof Error ? `${value.stack}${value.message}` : "",
    ])
    .join("\n");
}

test("no password or key leaks from a chain whose servers echo it", async () => {
  const ends = await farEnds();
  ends.smtp.script({ auth: ({ line }) => ({ reply: `535 5.7.8 cannot use: ${line} (${password})` }) });
  ends.ses.fault(({ parameters }) => ({
    error: {
      code: "SignatureDoesNotMatch",
      message: `${secretAccessKey} ${JSON.stringify(parameters)}`,
      status: 403,
    },
  }));
  const out: unknown[] = [];
  const chain = chainTo(ends, { chain: { observers: [(event: RelaisEvent) => out.push(event)] } });
  const delivery = await chain.send(mail);
  out.push(delivery, await chain.verify(), chain.links, ...delivery.failures.map(describeFailure));
  try {
    unwrap(delivery);
  } catch (error) {
    out.push(error);
  }
  await chain.close();
  await ends.close();

  const text = everything(out);
  expect(text).toContain("misconfigured");
  for (const form of forms(password, secretAccessKey)) expect(text).not.toContain(form);
});

test("no OAuth2 token leaks", async () => {
  const accessToken = "ya29.a0AfH6SMBx-secret-token";
  const server = await smtpServer({
    starttls: true,
    auth: { mechanisms: ["XOAUTH2"], tokens: { relais: "another" } },
    script: { auth: ({ line }) => ({ reply: `535 5.7.8 bad token ${line} ${accessToken}` }) },
  });
  const auth = { type: "OAuth2", user: "relais", accessToken } as const;
  const chain = createChain([smtp({ host: server.host, port: server.port, tls: { ca: server.ca }, auth })]);
  const delivery = await chain.send(mail);
  const text = everything([delivery, await chain.verify(), chain]);
  await chain.close();
  await server.close();
  expect(delivery).toMatchObject({ success: false, kind: "misconfigured" });
  const sasl = Buffer.from(`user=relais\x01auth=Bearer ${accessToken}\x01\x01`).toString("base64");
  for (const form of [...forms(accessToken), sasl]) expect(text).not.toContain(form);
});
