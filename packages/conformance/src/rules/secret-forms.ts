/** A secret in the forms that a far end, or a library, may repeat it in. Base64 depends on what stands before it. */
export function secretForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return text.slice(
      offset === 0 ? 0 : offset + 1,
      text.length - ((offset + bytes.length) % 3 === 0 ? 0 : 1),
    );
  });
  const urlSafe = encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const plain = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
  ];
  return [...new Set([...plain, ...encoded, ...urlSafe])];
}
