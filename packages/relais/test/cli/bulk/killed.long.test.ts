import { test } from "vitest";
import { bulkKilled } from "./killed.ts";

test(
  "5,000 rows, killed eight times: nobody twice, and nobody missed but those listed as unknown",
  () => bulkKilled(5_000, 8),
  300_000,
);
