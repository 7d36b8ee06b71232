import SMTPConnection from "nodemailer/lib/smtp-connection";
import { expect, test } from "vitest";

test("what is used of nodemailer beside its types is still there", () => {
  const connection = new SMTPConnection({}) as unknown as Record<string, unknown>;
  expect(connection._remainingSetupTime).toBeTypeOf("function");
  expect(connection._onSocketData).toBeTypeOf("function");
  expect(connection).toMatchObject({ _responseQueue: [], _remainder: "", _socket: false });
});
