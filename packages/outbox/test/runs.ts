/** How much of something a test makes: less in `npm test` than in `npm run test:long`. */
export const runs = (short: number, long: number): number =>
  process.env.RELAIS_TEST_LONG === undefined ? short : long;
