import { type RequestProgress, requestProgress } from "@relais/http-client";
import { expect, test } from "vitest";

// Not exported: the path is kept from the compiler, which will not rewrite one that leads into another project.
const source: string = new URL("../src/classify-error.ts", import.meta.url).href;
const { classifySesError }: typeof import("../src/classify-error.ts") = await import(source);

const at = (stage: RequestProgress["stage"], parts: Partial<RequestProgress> = {}): RequestProgress => ({
  ...requestProgress(),
  stage,
  handedOver: ["handed over", "answering", "answered"].includes(stage),
  ...parts,
});
const coded = (code: string): Error => Object.assign(new Error("words of the wire"), { code });

test("the same reset is transient before the hand-over and unknown after it", () => {
  for (const stage of ["connecting", "connected"] as const)
    expect(classifySesError(coded("ECONNRESET"), at(stage), false)).toMatchObject({
      kind: "transient",
      code: "ECONNRESET",
    });
  for (const stage of ["handed over", "answering"] as const)
    expect(classifySesError(coded("ECONNRESET"), at(stage), false)).toMatchObject({
      kind: "unknown",
      code: "ECONNRESET",
    });
});

test("an abort is cancelled before the hand-over and unknown after it", () => {
  const abort = new DOMException("aborted", "AbortError");
  for (const stage of ["preparing", "connecting", "connected"] as const)
    expect(classifySesError(abort, at(stage), true).kind).toBe("cancelled");
  for (const stage of ["handed over", "answering"] as const)
    expect(classifySesError(abort, at(stage), true).kind).toBe("unknown");
});

test.each([
  [400, "transient"],
  [403, "transient"],
  [200, "unknown"],
  [500, "unknown"],
  [503, "unknown"],
])("an answer with status %i that breaks off is %s", (status, kind) => {
  expect(classifySesError(coded("ECONNRESET"), at("answering", { status }), false).kind).toBe(kind);
});

test("a host without an address is not worth another try here", () => {
  expect(classifySesError(coded("ENOTFOUND"), at("connecting"), false)).toMatchObject({
    kind: "transient",
    retryable: false,
  });
  expect(classifySesError(coded("EAI_AGAIN"), at("connecting"), false).retryable).toBeUndefined();
});

test.each([
  "CERT_HAS_EXPIRED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "EPROTO",
  "ERR_SSL_WRONG_VERSION_NUMBER",
])("%s while connecting is misconfigured", (code) => {
  expect(classifySesError(coded(code), at("connecting"), false)).toMatchObject({
    kind: "misconfigured",
    code,
  });
});

test("a nonsensical answer before the hand-over cannot mean that the message was taken", () => {
  const early = at("answered", { status: 200, handedOver: false });
  expect(classifySesError(new Error("XML parse error"), early, false).kind).toBe("transient");
});

test("the far end's own Retry-After is honoured, and shortens nothing", () => {
  const throttled = { name: "Throttling", Code: "Throttling", message: "Maximum sending rate exceeded." };
  const after = (seconds: number) => ({ status: 400, headers: { "retry-after": String(seconds) } });
  const wait = (seconds: number) =>
    classifySesError(throttled, at("answered", after(seconds)), false).retryAfterMs;
  expect(wait(7)).toBe(7_000);
  expect(wait(0)).toBe(1_000);
  const refused = { name: "MessageRejected", Code: "MessageRejected", message: "no" };
  expect(classifySesError(refused, at("answered", after(7)), false).retryAfterMs).toBeUndefined();
});

test("whatever is thrown becomes a diagnosis", () => {
  for (const thrown of [undefined, null, "text", 7, Symbol("s"), {}, Object.create(null)])
    for (const stage of ["preparing", "connecting", "connected", "handed over", "answered"] as const)
      expect(classifySesError(thrown, at(stage), false).reason).not.toBe("");
});

test("an abort between an answer and its reading takes the answer for what its status says", () => {
  const abort = new DOMException("aborted", "AbortError");
  expect(classifySesError(abort, at("answered", { status: 200 }), true).kind).toBe("unknown");
  expect(classifySesError(abort, at("answered", { status: 400 }), true).kind).toBe("transient");
});
