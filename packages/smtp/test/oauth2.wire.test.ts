import { inspect } from "node:util";
import { type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import type { Outcome, Provider } from "@relais/core/spi";
import { type SmtpOAuth2, smtp } from "@relais/smtp";
import { describe, expect, onTestFinished, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";
import { type TokenEndpoint, tokenEndpoint } from "./token-endpoint.ts";

const token = (name: string): { body: string } => ({
  body: JSON.stringify({ access_token: name, expires_in: 3_600 }),
});
const refused = (error: string): { status: number; body: string } => ({
  status: 400,
  body: JSON.stringify({ error }),
});

async function setup(
  answer: Parameters<typeof tokenEndpoint>[0],
  options: SmtpServerOptions = {},
  auth: Partial<SmtpOAuth2> = {},
): Promise<{ server: SmtpServer; endpoint: TokenEndpoint; provider: Provider }> {
  const server = await smtpServer({
    auth: { tokens: { ann: "token-good-1" }, mechanisms: ["XOAUTH2"], required: true },
    ...options,
  });
  const endpoint = await tokenEndpoint(answer);
  const provider = smtp({
    host: server.host,
    port: server.port,
    requireTLS: false,
    connectionTimeoutMs: 500,
    auth: {
      type: "OAuth2",
      user: "ann",
      clientId: "client",
      clientSecret: "client-secret-7",
      refreshToken: "refresh-9-token",
      accessUrl: endpoint.url,
      ...auth,
    },
  });
  onTestFinished(async () => {
    await provider.close?.();
    await server.close();
    await endpoint.close();
  });
  return { server, endpoint, provider };
}

async function sendOne(provider: Provider): Promise<Outcome> {
  const message = await mail();
  return provider.send(message, sendContext(message));
}

describe("OAuth2", () => {
  test("fetches one token for many connections and logs in with it", async () => {
    const { server, endpoint, provider } = await setup(() => token("token-good-1"));
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => sendOne(provider)));
    expect(outcomes.every(({ success }) => success)).toBe(true);
    expect(endpoint.asked).toHaveLength(1);
    expect(endpoint.asked[0]?.get("refresh_token")).toBe("refresh-9-token");
    expect(server.connections).toBe(5);
  });

  test("fetches a second token if the first is refused, and no third", async () => {
    const { endpoint, provider } = await setup((nth) => token(nth === 1 ? "token-stale-1" : "token-good-1"));
    expect((await sendOne(provider)).success).toBe(true);
    expect(endpoint.asked).toHaveLength(2);
  });

  test("is misconfigured if the server refuses every token, and tells none of them", async () => {
    const bearer = Buffer.from("user=ann\x01auth=Bearer token-wrong-1\x01\x01").toString("base64");
    const echo: SmtpServerOptions["script"] = {
      auth: ({ line }) =>
        line === ""
          ? { reply: `535 5.7.8 token-wrong-1 token-wrong-2 refresh-9-token ${bearer}` }
          : undefined,
    };
    const { provider } = await setup((nth) => token(`token-wrong-${nth}`), { script: echo });
    const outcome = await sendOne(provider);
    expect(outcome).toMatchObject({ kind: "misconfigured", code: "535 5.7.8" });
    for (const text of [JSON.stringify(outcome), inspect(outcome)]) {
      expect(text).not.toMatch(/token-wrong|refresh-9/);
      expect(text).not.toContain(bearer.slice(0, 12));
    }
  });

  test.for([
    ["an endpoint that refuses the grant", () => refused("invalid_grant"), "misconfigured"],
    ["an endpoint that is busy", () => refused("temporarily_unavailable"), "transient"],
    [
      "an endpoint that answers in HTML",
      () => ({ status: 502, body: "<html>bad gateway</html>" }),
      "transient",
    ],
    ["an endpoint that hangs up", (): undefined => undefined, "transient"],
    [
      "an endpoint that echoes the secret",
      () => refused("invalid_client client-secret-7 refresh-9-token"),
      "misconfigured",
    ],
  ] as const)("%s makes it %s", async ([, answer, kind]) => {
    const { server, provider } = await setup(answer);
    const outcome = await sendOne(provider);
    expect(outcome).toMatchObject({ success: false, kind });
    expect(inspect(outcome)).not.toMatch(/client-secret|refresh-9/);
    expect(server.accepted).toEqual([]);
  });

  test.for([
    ["a provideToken", { provideToken: () => new Promise<string>(() => {}) }],
    ["an endpoint", {}],
  ] as const)(
    "%s that never answers is bounded by the connection timeout, and by an abort",
    async ([, auth]) => {
      const { provider } = await setup(() => "silence", {}, auth);
      const message = await mail();
      const stopped = await provider.send(message, sendContext(message, { signal: AbortSignal.timeout(50) }));
      expect(stopped).toMatchObject({ kind: "cancelled" });
      expect(await sendOne(provider)).toMatchObject({ kind: "transient" });
    },
  );

  test("takes tokens from provideToken, which gets renew when one was refused", async () => {
    const asked: boolean[] = [];
    const provideToken = async (_: string, renew: boolean): Promise<string> => {
      asked.push(renew);
      return renew ? "token-good-1" : "token-stale-3";
    };
    const { provider } = await setup(() => undefined, {}, { provideToken });
    expect((await sendOne(provider)).success).toBe(true);
    expect(asked).toEqual([false, true]);
  });

  test("a provideToken that fails is transient and its error is not shown", async () => {
    const provideToken = (): Promise<string> => Promise.reject(new Error("vault says hunter2"));
    const { provider } = await setup(() => undefined, {}, { provideToken });
    const outcome = await sendOne(provider);
    expect(outcome).toMatchObject({ kind: "transient" });
    expect(inspect(outcome)).not.toContain("hunter2");
  });

  test.for([
    [
      "invalid_grant",
      "Token has been expired or revoked.",
      "invalid_grant: Token has been expired or revoked.",
    ],
    ["unauthorized_client", undefined, "unauthorized_client"],
    ["invalid_client", "AADSTS7000215: Invalid client secret provided.", "invalid_client: AADSTS7000215"],
    ["invalid_scope", "scope refresh-9-token is not known", "invalid_scope: scope [redacted] is not known"],
  ])("tells the code of the token endpoint, %s, and no secret", async ([error, description, shown]) => {
    const body = JSON.stringify({ error, error_description: description });
    const { provider } = await setup(() => ({ status: 400, body }));
    const outcome = await sendOne(provider);
    expect(outcome).toMatchObject({ success: false, kind: "misconfigured", code: "EOAUTH2" });
    expect(!outcome.success && outcome.reason).toContain(`no access token: ${shown}`);
    expect(inspect(outcome)).not.toMatch(/refresh-9-token|client-secret-7/);
  });

  test("sends no empty secret of a public client, and the scope", async () => {
    const { endpoint, provider } = await setup(
      () => token("token-good-1"),
      {},
      {
        clientSecret: undefined,
        scope: "https://outlook.office.com/SMTP.Send offline_access",
      },
    );
    expect((await sendOne(provider)).success).toBe(true);
    expect(Object.fromEntries(endpoint.asked[0] ?? [])).toEqual({
      client_id: "client",
      grant_type: "refresh_token",
      refresh_token: "refresh-9-token",
      scope: "https://outlook.office.com/SMTP.Send offline_access",
    });
  });

  test("asks with the application's own credentials where there is no refresh token", async () => {
    const { endpoint, provider } = await setup(
      (nth) => token(nth === 1 ? "token-stale-1" : "token-good-1"),
      {},
      { refreshToken: undefined, scope: "https://outlook.office365.com/.default" },
    );
    expect((await sendOne(provider)).success).toBe(true);
    expect(endpoint.asked.map((form) => Object.fromEntries(form))).toEqual(
      Array(2).fill({
        client_id: "client",
        client_secret: "client-secret-7",
        grant_type: "client_credentials",
        scope: "https://outlook.office365.com/.default",
      }),
    );
  });
});
