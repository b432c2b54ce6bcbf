import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { sampled } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkScene } from './check-scene.ts';
import { OPERATIONS } from './operations.ts';
import type { Scene } from './scene.ts';
import { prepareStage, type Stage } from './stage.ts';

/** The number of effects of each operation at which a real process is killed. */
const SAMPLE = 3;
const CHILD = join(import.meta.dirname, 'killed.child.ts');

/** Returns the number of effects, or undefined if the process was killed. */
function runProcess(scene: Scene, stage: Stage, at: number, torn: boolean): number | undefined {
  const parameters = [CHILD, scene.root, stage.operation.name, String(at), torn ? 'torn' : ''];
  const { signal, status, stdout, stderr } = spawnSync(process.execPath, parameters, {
    input: stage.recoveryCode,
    encoding: 'utf8',
  });
  if (signal === 'SIGKILL') return undefined;
  expect([status, stderr]).toEqual([0, '']);
  return Number(stdout);
}

describe.each(OPERATIONS)('a real process killed by SIGKILL during: $name', (operation) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await prepareStage(operation);
  });
  afterAll(() => {
    stage[Symbol.dispose]();
  });

  it('leaves the old or the new state, and no lock', { timeout: 900_000 }, async () => {
    using whole = stage.copy();
    const effects = runProcess(whole, stage, 0, false) ?? 0;
    expect(effects).toBeGreaterThan(0);
    await checkScene(whole, stage, { thorough: false });
    for (const at of sampled(effects, SAMPLE)) {
      using scene = stage.copy();
      expect(runProcess(scene, stage, at, false)).toBeUndefined();
      await checkScene(scene, stage, { thorough: false });
    }
    using torn = stage.copy();
    runProcess(torn, stage, 1, true);
    await checkScene(torn, stage, { thorough: false });
  });
});
