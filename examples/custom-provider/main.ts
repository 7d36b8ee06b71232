// Runs the conformance rules on the provider, then loads it into a chain by configuration.
import { coverage, rules } from "@relais/conformance";
import { loadChain } from "relais";
import { harness } from "./harness.ts";

for (const rule of rules(harness)) {
  await rule.run();
  console.log(`✔ ${rule.name}`);
}
const { covered, notCovered } = coverage(harness);
console.log(`every rule kept: ${covered.length > 20}, not covered: ${notCovered.length}`);

const target = await harness.make();
const chain = await loadChain({
  cwd: import.meta.dirname,
  config: { chain: [{ use: "./pigeon.ts", options: { url: target.endpoint, token: "pigeon-token-42" } }] },
});
const delivery = await chain.send({
  from: "a@example.org",
  to: "b@example.net",
  subject: "Coo",
  text: "Coo",
});
console.log(`by configuration: ${delivery.success ? delivery.provider : delivery.error}`);
await chain.close();
await target.close();
