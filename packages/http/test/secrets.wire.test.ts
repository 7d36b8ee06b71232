import { describe, expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { context, sampleMessage } from "./context.ts";
import { vendors } from "./vendors.ts";

/** Everything that a vendor, or a proxy in front of it, might say back to us. */
const echoes = (key: string): string[] => {
  const basic = Buffer.from(`api:${key}`).toString("base64");
  const bare = Buffer.from(key).toString("base64");
  return [
    key,
    basic,
    basic.replace(/=+$/, ""),
    bare,
    Buffer.from(key).toString("hex"),
    encodeURIComponent(key),
  ];
};

describe.each(vendors)("$name", (vendor) => {
  test.each([400, 401, 403, 422, 429, 500, 200])(
    "a %d that echoes the key lets it out nowhere",
    async (status) => {
      const words = `no: ${echoes(vendor.key).join(" | ")}`;
      const body = {
        message: words,
        Message: words,
        ErrorCode: words,
        name: words,
        code: words,
        errors: [{ field: words, message: words }],
      };
      const server = await apiServer(() => ({ status, body }));
      const provider = vendor.make({ endpoint: server.endpoint });
      const message = await sampleMessage();
      const said = JSON.stringify([
        await provider.send(message, context(message)),
        await provider.verify?.(),
      ]);
      for (const echo of echoes(vendor.key)) expect(said).not.toContain(echo);
      expect(JSON.stringify(provider)).not.toContain(vendor.key);
    },
  );

  test("the key goes out in its header, and in nothing else", async () => {
    const server = await apiServer(() => vendor.success);
    const message = await sampleMessage();
    await vendor.make({ endpoint: server.endpoint }).send(message, context(message));
    const { headers, path, body } = server.requests[0]!;
    const { [vendor.login[0]]: login, ...others } = headers;
    expect(login).toBe(vendor.login[1]);
    const rest = JSON.stringify([others, path, body.toString()]);
    for (const echo of echoes(vendor.key)) expect(rest).not.toContain(echo);
  });
});
