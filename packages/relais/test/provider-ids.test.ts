import { link, type Provider } from "@relais/core";
import { type HttpApi, http, resend } from "@relais/http";
import { nodemailerProvider } from "@relais/nodemailer";
import { ses } from "@relais/ses";
import { smtp } from "@relais/smtp";
import fc from "fast-check";
import { expect, test } from "vitest";

const makers: Readonly<Record<string, (id: string) => Provider>> = {
  smtp: (id) => smtp({ id, host: "127.0.0.1" }),
  ses: (id) => ses({ id, region: "eu-west-1" }),
  http: (id) => resend({ id, apiKey: "re_1" }),
  nodemailer: (id) => nodemailerProvider({ id, transport: { jsonTransport: true } }),
};

const bare = (id: string): Provider => ({ id, send: () => Promise.reject(new Error("not asked")) });
const takes = (make: () => unknown): boolean => {
  try {
    make();
    return true;
  } catch (error) {
    expect((error as Error).message).toMatch(/id must be 1 to 64 letters, digits, \., _ or -$/);
    return false;
  }
};

test.each(Object.entries(makers))("an id that %s takes is one that a link takes, and no other", (_, make) =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.constantFrom("SMTP:EU", "My API", "", "-a", "a".repeat(65), "a".repeat(64), "SES-EU.1_x"),
        fc.string({ maxLength: 70 }),
        fc.stringMatching(/^[A-Za-z0-9._:-]{1,8}$/),
      ),
      (id) => {
        expect(takes(() => make(id))).toBe(takes(() => link(bare(id))));
        if (takes(() => make(id))) expect(() => link(make(id))).not.toThrow();
      },
    ),
    { numRuns: 200 },
  ),
);

test("the default id of an API is one, whatever the API is called", () =>
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z][A-Za-z0-9 .:()-]{0,80}$/), (name) => {
      const { api } = { api: { ...anApi, name } };
      expect(() => link(http({ api }))).not.toThrow();
    }),
  ));

const anApi: HttpApi = {
  name: "An API",
  endpoint: "https://api.example.org",
  path: "/send",
  headers: {},
  secrets: [],
  body: () => ({ type: "json", value: {} }) as never,
  accepted: () => undefined,
  complaint: () => ({}),
  errors: [],
} as unknown as HttpApi;
