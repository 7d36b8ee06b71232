// An attempt by each provider, and what came of it: `node http-proxy-child.ts '{"ses":"https://…"}'`. With `open` none is
// closed, and it says when it was through.
import { createMessage } from "@relais/core/spi";
import { httpProviders } from "./http-providers.ts";

const endpoints: Readonly<Record<string, string>> = JSON.parse(process.argv[2] ?? "{}");
const message = await createMessage({ from: "ann@example.com", to: "bob@example.org", text: "Hello" });
const said: Record<string, unknown> = {};
for (const { name, make } of httpProviders) {
  const provider = make({ endpoint: endpoints[name] });
  const outcome = await provider.send(message, {
    envelope: message.envelope,
    signal: AbortSignal.timeout(20_000),
    handOver: async () => {},
  });
  said[name] = outcome.success ? "taken" : outcome;
  if (process.argv[3] !== "open") await provider.close?.();
}
console.log(JSON.stringify(said));
if (process.argv[3] === "open") console.log(Date.now());
