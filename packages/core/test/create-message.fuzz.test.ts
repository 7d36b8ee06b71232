import { test } from "vitest";
import { cannotDeceive } from "./cannot-deceive.ts";

test("4,000 hostile inputs: each is refused by name, or becomes a message that cannot deceive", () =>
  cannotDeceive(4_000));
