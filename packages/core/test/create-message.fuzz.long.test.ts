import { test } from "vitest";
import { cannotDeceive } from "./cannot-deceive.ts";

test("20,000 hostile inputs: each is refused by name, or becomes a message that cannot deceive", () =>
  cannotDeceive(20_000));
