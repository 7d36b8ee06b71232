import { type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import type { Message, Outcome, Provider } from "@relais/core/spi";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { onTestFinished } from "vitest";
import { mail, sendContext, type TestContext } from "./send-context.ts";

/** So many recipients. */
export const people = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `u${i}@relais.test`);

/** A server that takes so many recipients a transaction, and says `reply` to the others. */
export function limited(
  most: number,
  reply: string,
  script: SmtpServerOptions["script"] = {},
): SmtpServerOptions {
  const taken = new Map<number, number>();
  return {
    script: {
      ...script,
      mail: ({ session }) => {
        taken.set(session.number, 0);
        return undefined;
      },
      rcpt: ({ session }) => {
        const count = (taken.get(session.number) ?? 0) + 1;
        taken.set(session.number, count);
        return count > most ? { reply } : undefined;
      },
    },
  };
}

/** A server, and a provider for it; both go with the test. */
export async function setup(
  options: SmtpServerOptions,
  more: Partial<SmtpOptions> = {},
): Promise<{ server: SmtpServer; provider: Provider }> {
  const server = await smtpServer(options);
  const provider = smtp({ host: server.host, port: server.port, ...more });
  onTestFinished(async () => {
    await provider.close?.();
    await server.close();
  });
  return { server, provider };
}

/** A mail that was sent, and how it ended. */
export interface Sent {
  readonly outcome: Outcome;
  readonly context: TestContext;
  readonly message: Message;
}

/** Sends a mail to these. */
export async function sendTo(provider: Provider, to: readonly string[], wishes = {}): Promise<Sent> {
  const message = await mail({ to: [...to] });
  const context = sendContext(message, wishes);
  return { message, context, outcome: await provider.send(message, context) };
}

/** Kinds by recipient. */
export const kinds = (outcome: Outcome): Record<string, string> =>
  Object.fromEntries((outcome.rejected ?? []).map(({ address, failure }) => [address, failure.kind]));
/** How many recipients each accepted mail has. */
export const sizes = ({ accepted }: SmtpServer): number[] => accepted.map(({ to }) => to.length);
