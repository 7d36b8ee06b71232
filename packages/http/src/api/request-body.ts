import { randomUUID } from "node:crypto";
import type { FormField, HttpBody } from "./api.ts";

/** A request body as it goes out. */
export interface EncodedBody {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** As browsers write names in forms (https://html.spec.whatwg.org/#multipart-form-data). */
const escaped = (name: string): string =>
  name.replace(/[\r\n"]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);

function multipart(fields: readonly FormField[]): EncodedBody {
  // Random, so that no message can hold it.
  const boundary = `relais-${randomUUID()}`;
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const isFile = "content" in field;
    const head = isFile
      ? `; filename="${escaped(field.filename)}"\r\nContent-Type: ${field.contentType}`
      : "";
    parts.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(field.name)}"${head}\r\n\r\n`,
      ),
      isFile ? field.content : Buffer.from(field.value),
      Buffer.from("\r\n"),
    );
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.concat(parts) };
}

/** The bytes of a body. Fields of a JSON value that are `undefined` are left out. */
export function encodeBody(body: HttpBody): EncodedBody {
  if ("form" in body) return multipart(body.form);
  return { contentType: "application/json", bytes: Buffer.from(JSON.stringify(body.json)) };
}
