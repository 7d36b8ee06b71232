import { test } from "vitest";
import { readsAlike } from "./reads-alike.ts";

test("a mail reads as the one that nodemailer composes", () => readsAlike(400));
