import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { breaker, type Chain, createChain, link, retry, ses, smtp, timeout } from "relais";

/** Two servers on loopback that speak the real protocols and fail on request. */
export interface TestServers {
  readonly smtp: SmtpServer;
  readonly ses: SesServer;
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-secret" };
const { accessKeyId, secretAccessKey } = credentials;

export async function startTestServers(): Promise<TestServers> {
  return {
    smtp: await smtpServer({ auth: { users: { relais: "rehearsal" } }, starttls: true }),
    ses: await sesServer({ region: "eu-west-1", credentials: { [accessKeyId]: { secretAccessKey } } }),
  };
}

/** SMTP first, SES next, as an application would write it. */
export function chainTo(
  { smtp: first, ses: next }: TestServers,
  port = first.port,
  timeoutMs = 5_000,
): Chain {
  return createChain([
    link(
      smtp({ host: first.host, port, auth: { user: "relais", pass: "rehearsal" }, tls: { ca: first.ca } }),
      retry({ baseMs: 20 }),
      breaker(),
      timeout({ ms: timeoutMs }),
    ),
    link(
      ses({ region: "eu-west-1", endpoint: next.endpoint, credentials }),
      retry({ baseMs: 20 }),
      breaker(),
      timeout({ ms: 5_000 }),
    ),
  ]);
}

export const mail = {
  from: "Boutique <shop@example.org>",
  to: "ann@example.net",
  subject: "Your order",
  text: "It is on its way.\n",
};
