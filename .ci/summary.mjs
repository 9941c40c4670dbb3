/** Prints 'N passed, N failed' from the JSON that Vitest wrote; a file of tests that did not load counts as one failure. */
import { readFileSync } from 'node:fs';

function count(path) {
  const text = readFileSync(path, 'utf8');
  if (!text) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(text);
  const failures = (file) => file.assertionResults.filter(({ status }) => status === 'failed').length;
  const unloaded = testResults.filter((file) => file.status === 'failed' && !failures(file)).length;
  return { passed: numPassedTests, failed: numFailedTests + unloaded };
}

const { passed, failed } = count(process.argv[2]);
console.log(`${passed} passed, ${failed} failed`);
