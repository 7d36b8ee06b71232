import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chainFromEnv } from "relais";
import { afterAll, expect, test } from "vitest";
import { problems } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "relais-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const smtp = { SMTP_HOST: "mail.example.org" };

// That what stands in them is used, line break removed, is seen on the wire: chain-from-env.wire.test.ts.
test("a value may be in a file", () => {
  const env = { SMTP_HOST_FILE: file("host", "mail.example.org\n") };
  expect(chainFromEnv(env).links.map(({ id }) => id)).toEqual(["SMTP"]);
});

test("a file that is not there is one problem, not two", () => {
  const gone = join(folder, "gone");
  expect(problems({ ...smtp, SMTP_USER: "ann", SMTP_PASS_FILE: gone })).toEqual([
    "SMTP_PASS_FILE names a file that cannot be read.",
  ]);
  expect(problems({ SMTP_HOST_FILE: gone, SMTP_PORT: "25" })).toEqual([
    "SMTP_HOST_FILE names a file that cannot be read.",
  ]);
  expect(problems({ AWS_SES_REGION_FILE: gone })).toEqual([
    "AWS_SES_REGION_FILE names a file that cannot be read.",
  ]);
  const keys = { AWS_SES_ACCESS_KEY_ID_FILE: gone, AWS_SES_SECRET_ACCESS_KEY: "secret" };
  expect(problems({ AWS_SES_REGION: "eu-west-1", ...keys })).toEqual([
    "AWS_SES_ACCESS_KEY_ID_FILE names a file that cannot be read.",
  ]);
});

test("a path in quotes, as docker --env-file keeps them, is told so", () => {
  const path = file("quoted", "mail.example.org");
  expect(problems({ SMTP_HOST_FILE: `"${path}"` })).toEqual([
    "SMTP_HOST_FILE names a file that cannot be read; it is in quotes, which docker run --env-file keeps as a part of the value.",
  ]);
});

test("a file in another encoding than UTF-8 and UTF-16 is told so", () => {
  const path = join(folder, "latin1");
  writeFileSync(path, Buffer.from("päss", "latin1"));
  expect(problems({ ...smtp, SMTP_USER: "ann", SMTP_PASS_FILE: path })).toEqual([
    "SMTP_PASS_FILE names a file that is not written in UTF-8.",
  ]);
});

test("a folder in place of a file cannot be read", () => {
  const path = join(folder, "a-folder");
  mkdirSync(path);
  expect(problems({ SMTP_HOST_FILE: path })).toEqual(["SMTP_HOST_FILE names a file that cannot be read."]);
});

test.each(["", "\n", " \r\n\t"])("a file with nothing in it is a problem: %j", (content) => {
  expect(problems({ ...smtp, SMTP_USER: "ann", SMTP_PASS_FILE: file("empty", content) })).toEqual([
    "SMTP_PASS_FILE names a file that is empty.",
  ]);
});

test("a file that is too large for a setting is a problem", () => {
  const path = file("large", "x".repeat(65_537));
  expect(problems({ SMTP_HOST_FILE: path })).toEqual([
    "SMTP_HOST_FILE names a file that is too large for a setting.",
  ]);
});

test("a value and a file for the same thing are a problem", () => {
  const path = file("pass", "hunter2");
  expect(problems({ ...smtp, SMTP_USER: "ann", SMTP_PASS: "hunter2", SMTP_PASS_FILE: path })).toEqual([
    "SMTP_PASS and SMTP_PASS_FILE are both set; keep one of them.",
  ]);
});

test("neither the path nor what stands in the file is shown", () => {
  const path = file("hunter2", "hunter2 hunter2\n");
  const env = {
    SMTP_HOST_FILE: file("host", "smtp://ann:hunter2@mail.example.org\n"),
    SMTP_PORT_FILE: path,
    SMTP_SECURE_FILE: path,
    AWS_SES_REGION_FILE: path,
    AWS_SES_ACCESS_KEY_ID_FILE: path,
    AWS_SES_SECRET_ACCESS_KEY_FILE: join(folder, "hunter2-gone"),
  };
  const result = problems(env);
  expect(result).toHaveLength(5);
  expect(result.join("\n")).not.toContain("hunter2");
});
