import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { sesServer } from "@relais/conformance";
import { expect, test } from "vitest";
import { running } from "./running.ts";
import { type Identity, sendRaw, sesClient } from "./ses-client.ts";

const start = running();
const credentials = {
  AKIDEXAMPLE: { secretAccessKey: "secret" },
  ASIATEMP: { secretAccessKey: "temporary", sessionToken: "token/+=" },
  ASIAOLD: { secretAccessKey: "old", sessionToken: "old", expired: true },
};

test.each<[string, Identity]>([
  ["a key and its secret", {}],
  [
    "a temporary key with its token",
    { accessKeyId: "ASIATEMP", secretAccessKey: "temporary", sessionToken: "token/+=" },
  ],
])("the SDK's signature holds with %s", async (_name, identity) => {
  const server = await start(sesServer({ credentials }));
  expect(await sendRaw(sesClient(server, identity))).toMatchObject({ status: 200 });
  expect(server.accepted).toHaveLength(1);
});

test.each<[string, Identity, string, RegExp]>([
  ["a wrong secret", { secretAccessKey: "wrong" }, "SignatureDoesNotMatch", /we calculated does not match/],
  [
    "an unknown key",
    { accessKeyId: "NOBODY" },
    "InvalidClientTokenId",
    /token included in the request is invalid/,
  ],
  [
    "a key named like a property of every object",
    { accessKeyId: "constructor" },
    "InvalidClientTokenId",
    /invalid/,
  ],
  [
    "a missing token",
    { accessKeyId: "ASIATEMP", secretAccessKey: "temporary" },
    "InvalidClientTokenId",
    /invalid/,
  ],
  ["a token where none belongs", { sessionToken: "stray" }, "InvalidClientTokenId", /invalid/],
  [
    "an expired token",
    { accessKeyId: "ASIAOLD", secretAccessKey: "old", sessionToken: "old" },
    "ExpiredToken",
    /expired/,
  ],
  ["another region", { region: "us-east-1" }, "SignatureDoesNotMatch", /valid region, not 'us-east-1'/],
])("%s is refused with 403", async (_name, identity, name, message) => {
  const server = await start(sesServer({ credentials }));
  const sent = await sendRaw(sesClient(server, identity));
  expect(sent).toMatchObject({ name, status: 403, message: expect.stringMatching(message) });
  expect(server.accepted).toEqual([]);
});

test("credentials can be changed while the server runs", async () => {
  const server = await start(sesServer());
  const client = sesClient(server);
  server.configure({ credentials: { AKIDEXAMPLE: { secretAccessKey: "rotated" } } });
  expect(await sendRaw(client)).toMatchObject({ name: "SignatureDoesNotMatch" });
  server.configure({ credentials: { AKIDEXAMPLE: { secretAccessKey: "secret" } } });
  expect(await sendRaw(client)).toMatchObject({ status: 200 });
});

test.each([
  [3_600_000, /^Signature expired: \d{8}T\d{6}Z is now earlier than/],
  [-3_600_000, /^Signature not yet current: \d{8}T\d{6}Z is still later than/],
])(
  "a clock %i ms off is refused once; the SDK then follows the Date header",
  async (clockSkewMs, message) => {
    const server = await start(sesServer({ clockSkewMs }));
    const client = sesClient(server);
    expect(await sendRaw(client)).toMatchObject({
      name: "SignatureDoesNotMatch",
      status: 403,
      message: expect.stringMatching(message),
    });
    expect(await sendRaw(client)).toMatchObject({ status: 200 });
    expect(await sendRaw(client)).toMatchObject({ status: 200 });
  },
);

test("a clock 14 minutes off is let through", async () => {
  const server = await start(sesServer({ clockSkewMs: 14 * 60_000 }));
  expect(await sendRaw(sesClient(server))).toMatchObject({ status: 200 });
});

/** Passes requests on to the server, changed on the way. */
async function tampering(
  port: number,
  change: (body: string) => string,
  headers: Record<string, string> = {},
) {
  const proxy = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = change(Buffer.concat(chunks).toString());
      const sent = { ...incoming.headers, ...headers, "content-length": String(Buffer.byteLength(body)) };
      const onward = request(
        { port, host: "127.0.0.1", method: "POST", path: "/", headers: sent },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(outgoing);
        },
      );
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port: own } = proxy.address() as AddressInfo;
  const close = async (): Promise<void> => {
    proxy.closeAllConnections();
    proxy.close();
  };
  return { endpoint: `http://127.0.0.1:${own}`, close };
}

test("a body or a signed header changed on the way is refused, an untouched request is not", async () => {
  const server = await start(sesServer());
  const untouched = await start(tampering(server.port, (body) => body));
  expect(await sendRaw(sesClient(untouched))).toMatchObject({ status: 200 });
  const cases = [
    await start(tampering(server.port, (body) => body.replace("b%40example.org", "evil%40example.org"))),
    await start(tampering(server.port, (body) => `${body}&x=1`)),
    await start(tampering(server.port, (body) => body, { host: "evil.example" })),
    await start(
      tampering(server.port, (body) => body, {
        "x-amz-date": new Date(Date.now() - 60_000).toISOString().replaceAll(/[-:]|\.\d+/g, ""),
      }),
    ),
  ];
  for (const proxy of cases) {
    expect(await sendRaw(sesClient(proxy))).toMatchObject({ name: "SignatureDoesNotMatch", status: 403 });
  }
  expect(server.accepted).toHaveLength(1);
});

test("a request without a signature, or with half a one, is refused", async () => {
  const server = await start(sesServer());
  const post = async (headers: Record<string, string>) => {
    const response = await fetch(server.endpoint, { method: "POST", headers, body: "Action=GetSendQuota" });
    return `${response.status} ${/<Code>(.*)<\/Code>/.exec(await response.text())?.[1]}`;
  };
  expect(await post({})).toBe("403 MissingAuthenticationToken");
  expect(await post({ authorization: "AWS4-HMAC-SHA256 nonsense" })).toBe("400 IncompleteSignature");
  const unsigned =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/ses/aws4_request, SignedHeaders=x, Signature=00";
  expect(await post({ authorization: unsigned, "x-amz-date": "20260101T000000Z" })).toBe(
    "400 IncompleteSignature",
  );
});
