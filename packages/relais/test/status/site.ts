import { rmSync } from "node:fs";
import { sesServer, smtpServer } from "@relais/conformance";
import { createOutbox, type Outbox } from "@relais/outbox";
import { breaker, createChain, link, type RateLimitOptions, rateLimit, retry, ses, smtp } from "relais";
import { pgliteFolder } from "../../../outbox/test/pglite-folder.ts";
import { statsCollector } from "../../src/status/stats-collector.ts";
import { type StatusOptions, statusServer } from "../../src/status/status-server.ts";

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };

/** A page over a real chain whose first provider is down. */
export interface Site {
  readonly url: string;
  readonly outbox: Outbox;
  /** Sends by the chain. */
  send(): Promise<void>;
  close(): Promise<void>;
}

export async function site(token?: string, more: Partial<StatusOptions> = {}): Promise<Site> {
  const far = { smtp: await smtpServer(), ses: await sesServer({ region: "eu-west-1" }) };
  far.smtp.script({ mail: { reply: "451 4.3.0 <script>alert(1)</script> to ann@example.net" } });
  const limits: RateLimitOptions = { perSecond: 50 };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const collector = statsCollector(() => chain);
  const chain = createChain(
    [
      link(
        smtp({ host: far.smtp.host, port: far.smtp.port }),
        retry({ attempts: 1 }),
        breaker({ minimumCalls: 4 }),
      ),
      link(ses({ region: "eu-west-1", endpoint: far.ses.endpoint, credentials }), retry(), rateLimit(limits)),
    ],
    { observers: [collector.observe] },
  );
  const folder = await pgliteFolder();
  const outbox = await createOutbox({ folder });
  const server = await statusServer({ chain, collector, outbox, token, ...more });
  return {
    url: server.url,
    outbox,
    async send() {
      await chain.send(mail);
    },
    async close() {
      await server.close();
      await chain.close();
      await outbox.close();
      await Promise.all([far.smtp.close(), far.ses.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
