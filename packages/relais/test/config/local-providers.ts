import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";

export const secret = "a-secret-of-the-far-end";

/** Both far ends, and the environment that a configuration may name. */
export interface FarEnds {
  readonly smtp: SmtpServer;
  readonly ses: SesServer;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function farEnds(): Promise<FarEnds> {
  const smtp = await smtpServer({ auth: { users: { relais: secret } }, starttls: true });
  const ses = await sesServer({ credentials: { AKIDEXAMPLE: { secretAccessKey: secret } } });
  return {
    smtp,
    ses,
    env: {
      SMTP_HOST: smtp.host,
      SMTP_PORT: String(smtp.port),
      SMTP_USER: "relais",
      SMTP_PASS: secret,
      CA: smtp.ca,
      SES: ses.endpoint,
    },
    async close() {
      await smtp.close();
      await ses.close();
    },
  };
}

export const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
