import { Secret } from '@postern/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkScene } from './check-scene.ts';
import { Killed, WRITING, type DeathWish } from './death.ts';
import { OPERATIONS } from './operations.ts';
import { isExhaustive, sampled } from './sampled.ts';
import { enter, type Scene } from './scene.ts';
import { copyOf, perform, prepareStage, type Stage } from './stage.ts';

const die = () => {
  throw new Killed();
};

type Effects = readonly string[];

/** Lives until the process dies; its effects where it lived to the end. */
async function live(life: () => Promise<Effects>): Promise<Effects | undefined> {
  try {
    return await life();
  } catch (error) {
    if (error instanceof Killed) return undefined;
    throw error;
  }
}

/**
 * Deaths of a life: before an effect, and in the middle of the writing of a file; `count` of each,
 * and every one in an exhaustive run. How many there were.
 */
async function deaths(
  count: number,
  life: (wish: DeathWish) => Promise<Effects | undefined>,
): Promise<number> {
  const lived = (await life({ at: 0, torn: false, die })) ?? [];
  const writings = lived.filter((name) => name === WRITING);
  const wishes = [
    ...sampled(lived.length, count).map((at) => ({ at, torn: false, die })),
    ...sampled(writings.length, count).map((at) => ({ at, torn: true, die })),
  ];
  for (const wish of wishes) expect(await life(wish)).toBeUndefined();
  return wishes.length;
}

let points = 0;
/** Of an exhaustive run. */
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
      points += await deaths(8, async (wish) => {
        using scene = stage.copy();
        const lived = await live(() => perform(scene, stage, wish));
        // Every way to open it costs a derivation: not at every point.
        await checkScene(scene, stage, { thorough: lived !== undefined || wish.at % 5 === 1 });
        return lived;
      });
    },
    TIMEOUT_MS,
  );

  it(
    'and so does the next one, killed while it recovers',
    async () => {
      await deaths(4, async (first) => {
        using before = stage.copy();
        const lived = await live(() => perform(before, stage, first));
        if (lived === undefined) {
          points += await deaths(2, (second) => dieAgain(before, stage, second));
        }
        return lived;
      });
    },
    TIMEOUT_MS,
  );
});

async function dieAgain(
  before: Scene,
  stage: Stage,
  wish: DeathWish,
): Promise<Effects | undefined> {
  using scene = copyOf(before);
  const lived = await live(async () => {
    const { vault, effects } = await enter(scene, wish);
    const code = Secret.of(stage.recoveryCode);
    if (vault.state === 'locked') await vault.unlock({ with: 'recovery', code });
    return effects.names;
  });
  await checkScene(scene, stage, { thorough: false });
  return lived;
}

describe('all of these', () => {
  it('are hundreds of kill points, and more than a thousand in an exhaustive run', () => {
    process.stdout.write(`\n${String(points)} kill points, each checked\n`);
    expect(points).toBeGreaterThan(isExhaustive ? 1000 : 300);
  });
});
