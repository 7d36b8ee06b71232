// Prints `N passed, N failed` over all reports of vitest, and exits 1 unless everything passed and something ran in each.
//   node summary.mjs REPORT EXIT [REPORT EXIT]...   EXIT is what vitest exited with
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

/** What one run comes to. What failed outside of any test (a set-up, a stray rejection) has no number of its own. */
function look(path, exit) {
  let counted = { passed: 0, failed: 1, well: false };
  try {
    counted = count(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    console.log(`no report of the tests: ${error instanceof Error ? error.message : error}`);
  }
  const { passed, failed, well } = counted;
  const bad = !well || exit !== 0 || passed === 0;
  return { passed, failed: failed === 0 && bad ? 1 : failed };
}

const given = process.argv.slice(2);
let [passed, failed] = [0, given.length === 0 ? 1 : 0];
for (let i = 0; i < given.length; i += 2) {
  const one = look(given[i], Number(given[i + 1] ?? 0));
  passed += one.passed;
  failed += one.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
