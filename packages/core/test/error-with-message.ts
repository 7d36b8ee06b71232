import { expect } from "vitest";

/** For `toThrow`: an error that says exactly this, whatever its class. */
export function said(sentence: string): unknown {
  return expect.objectContaining({ message: sentence });
}
