// The same tests with more runs.
process.env.RELAIS_TEST_LONG = "1";
await import("./foreign.wire.test.ts");
