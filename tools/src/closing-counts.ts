import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { openRunFolder, type RunFolder } from './run-folder.ts';

/**
 * Prints the final counts on one plain line that scripts can parse. Failed hooks, files that don't
 * load and errors outside of tests count as failed. With `CI=true`, skipped tests are listed and
 * fail the run. The tests have their own temporary directory: files or processes left in it are
 * listed and count as failed.
 */
export default class ClosingCounts implements Reporter {
  #folder: RunFolder | undefined;

  onTestRunStart(): void {
    this.#folder = openRunFolder(process.env);
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
  ): Promise<void> {
    const leftovers = (await this.#folder?.leftovers()) ?? [];
    this.#folder?.remove();
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => isSkipped(test));
    const counts = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failed: tests.filter((test) => test.result().state === 'failed').length,
      skipped: skipped.length,
    };
    counts.failed += unhandledErrors.length + failuresOutsideTests(modules) + leftovers.length;
    if (leftovers.length > 0) {
      process.stdout.write(`\nThe tests left behind:\n  ${leftovers.join('\n  ')}\n`);
      process.exitCode = 1;
    }
    if (process.env['CI'] === 'true' && skipped.length > 0) {
      const names = skipped.map((test) => `  ${nameOf(test)}`);
      process.stdout.write(`\nNothing may be skipped here, but this was:\n${names.join('\n')}\n`);
      process.exitCode = 1;
    }
    process.stdout.write(
      `\n${String(counts.passed)} passed, ${String(counts.failed)} failed, ${String(counts.skipped)} skipped\n`,
    );
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} › ${test.fullName}`;
}

/** Includes tests that didn't start because the run was cancelled. */
function isSkipped(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'skipped' || state === 'pending';
}

function failuresOutsideTests(modules: readonly TestModule[]): number {
  return modules
    .flatMap((module) => [module, ...module.children.allSuites()])
    .map((part) => part.errors().length)
    .reduce((sum, count) => sum + count, 0);
}
