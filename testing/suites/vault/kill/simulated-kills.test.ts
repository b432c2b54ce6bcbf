import { isExhaustive, sampled } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkScene } from './check-scene.ts';
import { Killed, WRITE, type KillPoint } from './kill-point.ts';
import { OPERATIONS } from './operations.ts';
import { openScene, type Scene } from './scene.ts';
import { copyOf, openerOf, runOperation, prepareStage, type Stage } from './stage.ts';

const die = () => {
  throw new Killed();
};

type Effects = readonly string[];

/** Runs the process. Returns its effects, or undefined if it was killed. */
async function runProcess(run: () => Promise<Effects>): Promise<Effects | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Killed) return undefined;
    throw error;
  }
}

/**
 * Kills a process before its effects and in the middle of its file writes, at `count` points of
 * each kind; at every point in an exhaustive run. Returns the number of kill points.
 */
async function killAtPoints(
  count: number,
  run: (killPoint: KillPoint) => Promise<Effects | undefined>,
): Promise<number> {
  const effects = (await run({ at: 0, torn: false, die })) ?? [];
  const writes = effects.filter((name) => name === WRITE);
  const killPoints = [
    ...sampled(effects.length, count).map((at) => ({ at, torn: false, die })),
    ...sampled(writes.length, count).map((at) => ({ at, torn: true, die })),
  ];
  for (const killPoint of killPoints) expect(await run(killPoint)).toBeUndefined();
  return killPoints.length;
}

let points = 0;
/** For an exhaustive run. */
const TIMEOUT_MS = 900_000;

describe.each(OPERATIONS)('a process killed during: $name', (operation) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await prepareStage(operation);
  });
  afterAll(() => {
    stage[Symbol.dispose]();
  });

  it(
    'leaves the old or the new state',
    async () => {
      points += await killAtPoints(8, async (killPoint) => {
        using scene = stage.copy();
        const effects = await runProcess(() => runOperation(scene, stage, killPoint));
        // Each unlock derives a key, so not every point tries all of them.
        await checkScene(scene, stage, {
          thorough: effects !== undefined || killPoint.at % 5 === 1,
        });
        return effects;
      });
    },
    TIMEOUT_MS,
  );

  it(
    'leaves the old or the new state if the next process is killed while it recovers',
    async () => {
      await killAtPoints(4, async (first) => {
        using before = stage.copy();
        const effects = await runProcess(() => runOperation(before, stage, first));
        if (effects === undefined) {
          points += await killAtPoints(2, (second) => recoverAndKill(before, stage, second));
        }
        return effects;
      });
    },
    TIMEOUT_MS,
  );
});

async function recoverAndKill(
  before: Scene,
  stage: Stage,
  killPoint: KillPoint,
): Promise<Effects | undefined> {
  using scene = copyOf(before);
  const effects = await runProcess(async () => {
    const { vault, effects } = await openScene(scene, killPoint);
    if (vault.state === 'locked') await vault.unlock(openerOf(stage));
    return effects.names;
  });
  await checkScene(scene, stage, { thorough: false });
  return effects;
}

describe('all kill points', () => {
  it('are hundreds, and more than a thousand in an exhaustive run', () => {
    process.stdout.write(`\n${String(points)} kill points, each checked\n`);
    expect(points).toBeGreaterThan(isExhaustive ? 1000 : 300);
  });
});
