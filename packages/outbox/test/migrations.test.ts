import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { migrations } from "../src/store/migrations.ts";

/** SHA-256 of the SQL of each version, once it has been published. A new version adds a line. */
const published = [
  "67ef3f883b910c97a682c3a8f3a490c7c48870021bfb51431139a6a1265674cf",
  "a5b5e0001a72a57249106eaceed8deea6477da84538af4563d2a714e7e7daa60",
  "6421fc0d03be5c332d5ab036e7e1e77dd163701035b4c392f06a4fcf9fa96ccf",
  "557b73c3f81386ab500c2210ccb12a19b38025d9f830fad737ce4c5e42dfd084",
  "226e5c7d2782acd7f2f24ba45a5d6cff3b003ffdbb041a243fd5e407aa453c23",
  "71f84ddbd6f0ec884aa53d97a17384c6fdd11b3f621cdc12648cb470bf3b4d94",
  "c9d7e336c52d45d0a3ec3f58a2431358ce45d8189455d062973ddd376f6fbc21",
  "97f435a1a8aabaad49e42898f8b218cff0110999293dafddcf5280e3abfaafbb",
  "5551f594838520785454547f42eea321272fefb563f98a6cff2cdf0881567094",
];

test("a migration that was published gives the same SQL as ever", () => {
  const now = migrations.map(({ sql }) => createHash("sha256").update(sql).digest("hex"));
  expect(now).toEqual(published);
});
