// An SMTP server in a process of its own, which takes everything. Says where it listens; ends with its parent.
import { smtpServer } from "@relais/conformance";

const server = await smtpServer({ record: "envelopes" });
process.send?.({ host: server.host, port: server.port });
process.on("message", () => {
  process.send?.({ accepted: server.accepted.length });
  server.reset();
});
process.on("disconnect", () => process.exit());
