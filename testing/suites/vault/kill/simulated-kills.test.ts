import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkScene } from './check-scene.ts';
import { Killed, type DeathWish } from './death.ts';
import { OPERATIONS } from './operations.ts';
import { enter, type Scene } from './scene.ts';
import { Secret } from '@postern/kernel';
import { copyOf, perform, prepareStage, type Stage } from './stage.ts';

const die = () => {
  throw new Killed();
};

/** Runs until the process dies; false where it lived to the end. */
async function diesIn(life: () => Promise<unknown>): Promise<boolean> {
  try {
    await life();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

/** Every death of a life: before each effect, and in the middle of each writing of a file. */
async function everyDeath(life: (wish: DeathWish) => Promise<boolean>): Promise<number> {
  let deaths = 0;
  for (const torn of [false, true]) {
    for (let at = 1; await life({ at, torn, die }); at += 1) deaths += 1;
  }
  return deaths;
}

let points = 0;
/** Deriving keys takes its time, for each point again. */
const TIMEOUT_MS = 900_000;

describe.each(OPERATIONS)('a process killed while it does: $name', (operation) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await prepareStage(operation);
  });
  afterAll(() => {
    stage[Symbol.dispose]();
  });

  it(
    'leaves the old or the new state, at every effect',
    async () => {
      points += await everyDeath(async (wish) => {
        using scene = stage.copy();
        const died = await diesIn(() => perform(scene, stage, wish));
        // Every way to open it costs a derivation: not at every point.
        await checkScene(scene, stage, { thorough: !died || wish.at % 5 === 1 });
        return died;
      });
    },
    TIMEOUT_MS,
  );

  it(
    'and so does the next, killed while it completes that',
    async () => {
      await everyDeath(async (first) => {
        using before = stage.copy();
        const died = await diesIn(() => perform(before, stage, first));
        if (died) points += await everyDeath((second) => dieAgain(before, stage, second));
        return died;
      });
    },
    TIMEOUT_MS,
  );
});

async function dieAgain(before: Scene, stage: Stage, wish: DeathWish): Promise<boolean> {
  using scene = copyOf(before);
  const died = await diesIn(async () => {
    const { vault } = await enter(scene, wish);
    const code = Secret.of(stage.recoveryCode);
    if (vault.state === 'locked') await vault.unlock({ with: 'recovery', code });
  });
  await checkScene(scene, stage, { thorough: false });
  return died;
}

describe('all of these', () => {
  it('are more than a thousand points', () => {
    process.stdout.write(`\n${String(points)} kill points, each checked\n`);
    expect(points).toBeGreaterThan(1000);
  });
});
