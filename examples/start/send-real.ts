import { type Chain, ConfigurationError, chainFromEnv } from "relais";
import { bold, dim, good, showDelivery } from "./show.ts";

/** Sends one real mail through the chain of the environment. Resolves with the exit code. */
export async function sendReal(to: string): Promise<number> {
  let chain: Chain;
  try {
    chain = chainFromEnv();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const problem of error.problems) console.error(problem);
    return 2;
  }
  console.log(bold(`One mail to ${to}`), dim(chain.links.map(({ id }) => id).join(" → ")));
  const delivery = await chain.send({
    from: process.env.AWS_SES_FROM_EMAIL ?? process.env.SMTP_USER ?? to,
    to,
    subject: "Relais: it works",
    text: "This mail went through an ordered chain of providers.\n",
  });
  showDelivery(delivery);
  if (delivery.success) console.log(good("sent"), dim(delivery.messageId));
  await chain.close();
  return delivery.success ? 0 : 1;
}
