import SMTPConnection from "nodemailer/lib/smtp-connection";
import { expect, test } from "vitest";

test("what is used of nodemailer beside its types is still there", () => {
  const connection = new SMTPConnection({}) as unknown as Record<string, unknown>;
  for (const name of [
    "_sendCommand",
    "_remainingSetupTime",
    "_onClose",
    "_createSendStream",
    "_actionSMTPStream",
  ]) {
    expect(connection[name], name).toBeTypeOf("function");
  }
  expect([connection._responseQueue, connection._responseActions]).toEqual([[], []]);
  expect("_socket" in connection).toBe(true);
});
