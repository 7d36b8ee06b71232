// Two SMTP servers and SES in one chain: the two servers form an inner chain for everyday mail, SES is the last resort.
import { sesServer, smtpServer } from "@relais/conformance";
import { breaker, createChain, link, type Observer, overrides, retry, ses, smtp, timeout } from "relais";

const paris = await smtpServer({ name: "paris" });
const lyon = await smtpServer({ name: "lyon" });
const amazon = await sesServer();

const patient = [retry({ baseMs: 10 }), breaker(), timeout({ ms: 5_000 })];
const everyday = createChain(
  [
    link(smtp({ id: "PARIS", host: paris.host, port: paris.port }), ...patient),
    link(smtp({ id: "LYON", host: lyon.host, port: lyon.port }), ...patient),
  ],
  { id: "everyday", deadlineMs: 20_000 },
);

const report: Observer = (event) => {
  if (event.type === "failover") console.log(`${event.from} → ${event.to}: ${event.failure.reason}`);
};
const chain = createChain(
  [
    everyday, // a chain is a provider
    link(
      ses({
        region: "eu-west-1",
        endpoint: amazon.endpoint,
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
      }),
      overrides({ refused: { health: "failure" } }), // treat an unverified identity as an outage of the provider
      ...patient,
    ),
  ],
  { observers: [report] },
);

async function send(subject: string): Promise<void> {
  const delivery = await chain.send({
    from: "shop@example.org",
    to: "ann@example.net",
    subject,
    text: subject,
  });
  console.log(`${subject}: ${delivery.success ? delivery.provider : delivery.error}`);
}

await send("a quiet day");
await paris.down();
await send("Paris is down");
await lyon.down();
await send("Lyon, too");
amazon.fault({ error: { code: "AccountSendingPausedException", message: "paused", status: 400 } });
await send("no provider left");

await chain.close();
await Promise.all([paris.close(), lyon.close(), amazon.close()]);
