// Prints `N passed, N failed` from vitest's JSON, and exits 1 unless everything passed and something ran.
import { readFileSync } from "node:fs";

/** A file of tests that could not even be loaded counts as one failure: no test of it is in the numbers. */
function count(report) {
  const suites = report.testResults ?? [];
  const unloaded = suites.filter(
    (one) => one.status === "failed" && one.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    well: report.success === true,
  };
}

let counted = { passed: 0, failed: 1, well: false };
try {
  counted = count(JSON.parse(readFileSync(process.argv[2], "utf8")));
} catch (error) {
  console.log(`no report of the tests: ${error instanceof Error ? error.message : error}`);
}
// What failed outside of any test (a set-up, a stray rejection) and what never ran have no number of their own.
const { passed, well } = counted;
const exit = Number(process.argv[3] ?? 0);
const bad = !well || exit !== 0 || passed === 0;
const failed = counted.failed === 0 && bad ? 1 : counted.failed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
