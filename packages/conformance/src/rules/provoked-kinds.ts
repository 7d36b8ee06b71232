import { failureKinds } from "@relais/core/spi";
import type { ProvokedKind } from "./harness.ts";

/** In the order of `failureKinds`. */
export const provokedKinds: readonly ProvokedKind[] = failureKinds.filter(
  (kind) => kind !== "cancelled" && kind !== "skipped",
);
