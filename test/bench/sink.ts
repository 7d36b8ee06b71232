// An SMTP server in a process of its own, which takes everything. Says where it listens; ends with its parent.
import { smtpServer } from "@relais/conformance";

const answerMs = Number(process.argv[2] ?? 0);
const script = answerMs === 0 ? {} : { dot: { delayMs: answerMs } };
const server = await smtpServer({ record: "envelopes", script });
process.send?.({ host: server.host, port: server.port });
process.on("message", () => {
  process.send?.({ accepted: server.accepted.length });
  server.reset();
});
process.on("disconnect", () => process.exit());
