import { type SmtpScript, type SmtpServer, type SmtpStep, smtpServer } from "@relais/conformance";
import { type RawClient, rawClient, upToData } from "./raw-client.ts";

export const BODY = "Message-ID: <1@x>\r\n\r\nhi\r\n.\r\n";
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A server with this script, which can do all that a script may hold up. */
export function scripted(script: SmtpScript): Promise<SmtpServer> {
  return smtpServer({ script, starttls: true, auth: { users: { ann: "secret" } } });
}

/** Goes through a session up to the step, so that the next thing to come is what the script does there. */
export async function upTo(step: SmtpStep, port: number): Promise<RawClient> {
  if (step === "dot" || step === "body") {
    const client = await upToData(port);
    client.send(BODY);
    return client;
  }
  const client = rawClient(port);
  if (step === "connect" || step === "greeting") return client;
  await client.until(/220 .*\r\n/);
  if (step === "helo" || step === "ehlo") {
    client.send(`${step.toUpperCase()} me\r\n`);
    return client;
  }
  client.send("EHLO me\r\n");
  await client.until(/250 .*\r\n/);
  const before: Partial<Record<SmtpStep, number>> = { rcpt: 1, data: 2 };
  const line: Partial<Record<SmtpStep, string>> = {
    starttls: "STARTTLS",
    auth: "AUTH PLAIN AGFubgBzZWNyZXQ=",
    mail: "MAIL FROM:<a@x.example>",
    rcpt: "RCPT TO:<b@x.example>",
    data: "DATA",
    rset: "RSET",
    noop: "NOOP",
    quit: "QUIT",
  };
  for (const command of [line.mail, line.rcpt].slice(0, before[step] ?? 0)) {
    client.send(`${command}\r\n`);
    await client.until(/250 .*\r\n/);
  }
  client.send(`${line[step]}\r\n`);
  return client;
}
