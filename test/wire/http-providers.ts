import type { Provider } from "@relais/core";
import { type CommonOptions, type HttpApi, http } from "@relais/http";
import { ses } from "@relais/ses";
import { vendors } from "../../packages/http/test/vendors.ts";

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
  ...vendors.map(({ name, make, success: { body } }) => ({
    name,
    make,
    taken: body === undefined ? "" : JSON.stringify(body),
  })),
  { name: "http", make: (options) => http({ api: pigeon, ...options }), taken: "{}" },
];
