// Two attempts with whatever credentials this process finds; says the kind of each.
import { createMessage } from "@relais/core/spi";
import { ses } from "@relais/ses";

const provider = ses({ region: "eu-west-1", endpoint: process.env.FAR });
const message = await createMessage({ from: "ann@example.com", to: "bob@example.org", text: "Hello" });
for (let i = 0; i < 2; i++) {
  const outcome = await provider.send(message, {
    envelope: message.envelope,
    signal: AbortSignal.timeout(20_000),
    handOver: async () => {},
  });
  console.log(outcome.success ? "sent" : outcome.kind);
}
await provider.close?.();
