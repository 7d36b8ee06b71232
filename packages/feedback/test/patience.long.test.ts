import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { snsSender } from "@relais/conformance";
import { feedbackHandler, memoryFeedbackStore, nodeHandler, snsReceiver } from "@relais/feedback";
import { expect, test } from "vitest";

test("a certificate that does not come is given up after seconds", async () => {
  const sender = await snsSender();
  const receiver = snsReceiver(sender.options);
  const SigningCertURL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-silent.pem";
  const { refusal } = await receiver.receive(sender.notification("{}", { SigningCertURL }));
  expect(refusal).toEqual({ status: 503, error: "the certificate of SNS cannot be used now" });
  await sender.close();
});

test("a body that does not come to its end is given up after seconds", async () => {
  const sender = await snsSender();
  const receivers = { ses: snsReceiver(sender.options) };
  const server = createServer(nodeHandler(feedbackHandler({ receivers, store: memoryFeedbackStore() })));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const slow = request({ port, path: "/feedback/ses", method: "POST", headers: { "content-length": 100 } });
  slow.on("error", () => {});
  slow.write("{");
  const [response] = await once(slow, "response");
  expect(response.statusCode).toBe(408);
  server.closeAllConnections();
  server.close();
  await sender.close();
});
