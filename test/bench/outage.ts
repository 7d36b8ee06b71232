import { sesServer, smtpServer } from "@relais/conformance";
import { breaker, createChain, link, type Policy, retry, timeout } from "@relais/core";
import { ses } from "@relais/ses";
import { smtp } from "@relais/smtp";
import { table } from "./statistics.ts";

const sends = 1_000;
const inFlight = 50;
const mail = {
  from: "shop@example.org",
  to: "ann@example.net",
  subject: "Your order",
  text: "It is on its way.\n",
};

async function everythingDown(name: string, breakers: boolean, retries: () => Policy): Promise<string[]> {
  const first = await smtpServer({ record: "envelopes", script: { connect: { reset: true } } });
  const error = { code: "ServiceUnavailable", message: "down", status: 503 };
  const next = await sesServer({ fault: { error } });
  const policies = (ms: number): Policy[] => [retries(), ...(breakers ? [breaker()] : []), timeout({ ms })];
  const { host, port } = first;
  const { endpoint } = next;
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const chain = createChain([
    link(smtp({ host, port }), ...policies(30_000)),
    link(ses({ region: "eu-west-1", endpoint, credentials }), ...policies(10_000)),
  ]);
  const began = performance.now();
  for (let i = 0; i < sends; i += inFlight)
    await Promise.all(Array.from({ length: inFlight }, () => chain.send(mail)));
  const ms = performance.now() - began;
  await chain.close();
  await first.close();
  await next.close();
  return [name, String(first.connections), String(next.requests.length), (ms / 1_000).toFixed(1)];
}

/** What a total outage costs on the wire. */
export async function outage(): Promise<string> {
  const unlimited = () => retry({ budget: Number.POSITIVE_INFINITY, baseMs: 20 });
  const rows = [
    await everythingDown("retries without a budget", false, unlimited),
    await everythingDown("retry()", false, retry),
    await everythingDown("retry(), breaker()", true, retry),
  ];
  return table(
    `Outage: ${sends} sends, ${inFlight} at a time, both providers down`,
    ["", "SMTP calls", "SES calls", "seconds"],
    rows,
  );
}
