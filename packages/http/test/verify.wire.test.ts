import { describe, expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { vendors } from "./vendors.ts";

const [resend, , sendgrid, mailgun] = vendors;

describe.each(vendors)("$name", (vendor) => {
  test("asks one question with the key, and sends nothing", async () => {
    const server = await apiServer(() => ({ status: 200, body: {} }));
    const provider = vendor.make({ endpoint: server.endpoint });
    expect(await provider.verify?.()).toEqual({ provider: vendor.id, ok: true });
    const { method, path, headers, body } = server.requests[0]!;
    expect([server.requests.length, method, path, body.length]).toEqual([1, "GET", vendor.checkPath, 0]);
    expect(headers[vendor.login[0]]).toBe(vendor.login[1]);
  });

  test("a key that is not let in: misconfigured", async () => {
    const server = await apiServer(() => ({ status: 401 }));
    const health = await vendor.make({ endpoint: server.endpoint }).verify?.();
    expect(health).toMatchObject({ ok: false, failure: { kind: "misconfigured", code: "401" } });
  });

  test("no answer, or one of 500: transient, since nothing was to be delivered", async () => {
    const broken = await apiServer((_, response) => void response.destroy());
    const ill = await apiServer(() => ({ status: 500 }));
    for (const { endpoint } of [broken, ill]) {
      const health = await vendor.make({ endpoint }).verify?.();
      expect(health).toMatchObject({ ok: false, failure: { kind: "transient" } });
    }
  });

  test("given up: cancelled", async () => {
    const server = await apiServer(() => undefined);
    const signal = AbortSignal.timeout(30);
    const health = await vendor.make({ endpoint: server.endpoint }).verify?.({ signal });
    expect(health).toMatchObject({ ok: false, failure: { kind: "cancelled" } });
  });
});

test("a key of Resend that may only send is a good key", async () => {
  const body = { statusCode: 401, name: "restricted_api_key", message: "only send" };
  const server = await apiServer(() => ({ status: 401, body }));
  expect(await resend!.make({ endpoint: server.endpoint }).verify?.()).toEqual({
    provider: "RESEND",
    ok: true,
    reason: "the key may send, and nothing else",
  });
});

test("a key of SendGrid without the scope to send is none, one with it is", async () => {
  let scopes = ["alerts.read"];
  const server = await apiServer(() => ({ status: 200, body: { scopes } }));
  const provider = sendgrid!.make({ endpoint: server.endpoint });
  expect(await provider.verify?.()).toMatchObject({ ok: false, failure: { kind: "misconfigured" } });
  scopes = ["mail.send"];
  expect(await provider.verify?.()).toMatchObject({ ok: true });
});

test("a domain that Mailgun has disabled is misconfigured", async () => {
  const server = await apiServer(() => ({ status: 200, body: { domain: { state: "disabled" } } }));
  const health = await mailgun!.make({ endpoint: server.endpoint }).verify?.();
  expect(health).toMatchObject({ ok: false, failure: { kind: "misconfigured" } });
});
