import SMTPConnection from "nodemailer/lib/smtp-connection";
import { expect, test } from "vitest";

test("what is used of nodemailer beside its types is still there", () => {
  const connection = new SMTPConnection({}) as unknown as Record<string, unknown>;
  for (const name of ["_sendCommand", "_remainingSetupTime", "_onClose"]) {
    expect(connection[name], name).toBeTypeOf("function");
  }
  expect(connection._responseQueue).toEqual([]);
  expect("_socket" in connection).toBe(true);
});
