// A service with its settings in the environment needs one call. Here two local servers replace the real ones, and the
// second mail rehearses the fallback.
import { sesServer, smtpServer } from "@relais/conformance";
import { closeEmail, sendEmail } from "relais";

const far = { smtp: await smtpServer(), ses: await sesServer() };
Object.assign(process.env, {
  SMTP_HOST: far.smtp.host,
  SMTP_PORT: String(far.smtp.port),
  AWS_SES_REGION: "eu-west-1",
  AWS_SES_ENDPOINT: far.ses.endpoint,
  AWS_SES_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SES_SECRET_ACCESS_KEY: "secret",
  AWS_SES_FROM_EMAIL: "shop@example.org",
});
const mail = { to: "ann@example.net", subject: "Your order", text: "It is on its way." };

const sent = await sendEmail(mail);
console.log(sent.success ? `sent by ${sent.provider}` : sent.error);
await closeEmail();

process.env.SMTP_FORCE_FAIL = "true";
const rehearsed = await sendEmail(mail);
console.log(rehearsed.success ? `rehearsed: sent by ${rehearsed.provider}` : rehearsed.error);
await closeEmail();

await far.smtp.close();
await far.ses.close();
