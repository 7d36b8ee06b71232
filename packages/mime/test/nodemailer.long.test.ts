import { test } from "vitest";
import { readsAlike } from "./reads-alike.ts";

test("5,000 mails read as those that nodemailer composes", { timeout: 600_000 }, () =>
  readsAlike(Number(process.env.COMPOSE_RUNS ?? 5_000)),
);
