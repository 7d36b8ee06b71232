import {
  type SesServer,
  type SmtpServer,
  type SmtpServerOptions,
  sesServer,
  smtpServer,
} from "@relais/conformance";
import {
  breaker,
  type Chain,
  type ChainOptions,
  createChain,
  type Link,
  link,
  retry,
  timeout,
} from "@relais/core";
import { type SesOptions, ses } from "@relais/ses";
import { type SmtpOptions, smtp } from "@relais/smtp";

export const password = "correct-horse-battery";
export const secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYSECRETKEY0";

/** Both far ends, started for one test and closed with it. */
export interface FarEnds {
  readonly smtp: SmtpServer;
  readonly ses: SesServer;
  close(): Promise<void>;
}

export async function farEnds(smtpOptions: SmtpServerOptions = {}): Promise<FarEnds> {
  const ends = {
    smtp: await smtpServer({ starttls: true, auth: { users: { relais: password } }, ...smtpOptions }),
    ses: await sesServer({ credentials: { AKIDEXAMPLE: { secretAccessKey } } }),
  };
  return {
    ...ends,
    async close() {
      await ends.smtp.close();
      await ends.ses.close();
    },
  };
}

export interface ChainParts {
  readonly first?: "SMTP" | "SES";
  readonly smtp?: Partial<SmtpOptions>;
  readonly ses?: Partial<SesOptions>;
  readonly chain?: ChainOptions;
  /** Attempts a link. */
  readonly attempts?: number;
  readonly timeoutMs?: number;
  readonly breaker?: boolean;
}

/** A chain to both, whose breakers open at the first failure. */
export function chainTo(ends: Pick<FarEnds, "smtp" | "ses">, parts: ChainParts = {}): Chain {
  const { first = "SMTP", attempts = 1, timeoutMs = 2_000 } = parts;
  const policies = () => [
    retry({ attempts, baseMs: 1, capMs: 2 }),
    ...(parts.breaker === false ? [] : [breaker({ minimumCalls: 1, failureRate: 0.5, resetMs: 60_000 })]),
    timeout({ ms: timeoutMs }),
  ];
  const { host, port, ca } = ends.smtp;
  const links: Link[] = [
    link(
      smtp({ host, port, auth: { user: "relais", pass: password }, tls: { ca }, ...parts.smtp }),
      ...policies(),
    ),
    link(
      ses({
        region: "eu-west-1",
        endpoint: ends.ses.endpoint,
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey },
        ...parts.ses,
      }),
      ...policies(),
    ),
  ];
  return createChain(first === "SMTP" ? links : links.reverse(), parts.chain);
}

export const mail = {
  from: "Boutique <shop@example.org>",
  to: "ann@example.net",
  subject: "Your order",
  text: "It is on its way.\n",
};
