import type { Provider } from "@relais/core";
import {
  brevo,
  type CommonOptions,
  type HttpApi,
  http,
  mailgun,
  postmark,
  resend,
  sendgrid,
} from "@relais/http";
import { ses } from "@relais/ses";

/** Every provider that speaks HTTP, as it is made, and how its vendor says that it has taken a message. */
export interface HttpProvider {
  readonly name: string;
  readonly make: (options: CommonOptions) => Provider;
  readonly taken: string;
}

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };

const pigeon: HttpApi = {
  name: "Pigeon",
  endpoint: "https://pigeon.example",
  path: "/fly",
  headers: { authorization: "Bearer pigeon" },
  secrets: ["pigeon"],
  body: () => ({ json: {} }),
  accepted: () => ({ messageId: "coo" }),
  complaint: () => ({}),
  errors: [],
};

export const httpProviders: readonly HttpProvider[] = [
  {
    name: "ses",
    make: (options) => ses({ region: "eu-west-1", credentials, ...options }),
    taken:
      "<SendRawEmailResponse><SendRawEmailResult><MessageId>0102018f-5c2d3e4f-000000</MessageId></SendRawEmailResult></SendRawEmailResponse>",
  },
  { name: "resend", make: (options) => resend({ apiKey: "re_1", ...options }), taken: '{"id":"1"}' },
  {
    name: "postmark",
    make: (options) => postmark({ serverToken: "token", ...options }),
    taken: '{"ErrorCode":0,"Message":"OK","MessageID":"1"}',
  },
  { name: "sendgrid", make: (options) => sendgrid({ apiKey: "SG.1", ...options }), taken: "" },
  {
    name: "mailgun",
    make: (options) => mailgun({ apiKey: "key-1", domain: "mg.example.com", ...options }),
    taken: '{"id":"<1@mg.example.com>","message":"Queued. Thank you."}',
  },
  {
    name: "brevo",
    make: (options) => brevo({ apiKey: "xkeysib", ...options }),
    taken: '{"messageId":"<1@relay>"}',
  },
  { name: "http", make: (options) => http({ api: pigeon, ...options }), taken: "{}" },
];
