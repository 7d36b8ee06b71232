import { members } from "./parameters.ts";

/** The raw mail SES would make of a SendEmail request: text, HTML, or both as alternatives. */
export function composeSimple(parameters: ReadonlyMap<string, string>): Buffer {
  const header = (name: string, value: string): string => (value === "" ? "" : `${name}: ${value}\r\n`);
  const list = (field: string): string => members(parameters, field).join(", ");
  const subject = parameters.get("Message.Subject.Data") ?? "";
  const head = [
    header("From", parameters.get("Source") ?? ""),
    header("To", list("Destination.ToAddresses")),
    header("Cc", list("Destination.CcAddresses")),
    header("Reply-To", list("ReplyToAddresses")),
    header("Subject", /^[\x20-\x7e]*$/.test(subject) ? subject : `=?utf-8?B?${base64(subject)}?=`),
    "MIME-Version: 1.0\r\n",
  ].join("");
  const text = parameters.get("Message.Body.Text.Data");
  const html = parameters.get("Message.Body.Html.Data");
  const parts = [
    ...(text === undefined ? [] : [part("plain", text)]),
    ...(html === undefined ? [] : [part("html", html)]),
  ];
  if (parts.length < 2) return Buffer.from(`${head}${parts[0] ?? "\r\n"}`);
  const body = parts.map((each) => `--boundary\r\n${each}`).join("");
  return Buffer.from(
    `${head}Content-Type: multipart/alternative; boundary=boundary\r\n\r\n${body}--boundary--\r\n`,
  );
}

function part(subtype: string, content: string): string {
  const head = `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
  return `${head}${(base64(content).match(/.{1,76}/g) ?? []).join("\r\n")}\r\n`;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
