// Sends mail over real sockets through an ordered chain, and prints each decision and its reason.
//   npm start                              against two servers on loopback that fail on request
//   npm start -- --to you@example.org      one real mail, with SMTP_HOST and AWS_SES_* (see README)
import { parseArgs } from "node:util";
import { demonstrate } from "./demonstrate.ts";
import { sendReal } from "./send-real.ts";

const { values } = parseArgs({ options: { to: { type: "string" } } });
const named = process.env.SMTP_HOST ?? process.env.AWS_SES_REGION ?? process.env.AWS_SES_ACCESS_KEY_ID;

if (values.to !== undefined) process.exitCode = await sendReal(values.to);
else {
  if (named !== undefined)
    console.log("Your own servers are configured: add -- --to you@example.org to use them.\n");
  await demonstrate();
}
