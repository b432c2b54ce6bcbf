import { describe, expect, it } from 'vitest';
import { openWorld, type OpenWorld } from '../testing/open-world.ts';
import { valueOf } from '../testing/value-of.ts';
import { connectOrCreate, connectOrUnlock } from '../vault/connect-or-open.ts';
import { holdOpen, type HoldEnd, type HoldParts } from './hold-open.ts';
import { lockHolders, startHolder } from './start-holder.ts';

const HOUR_MS = 3_600_000;

async function createdWorld(): Promise<OpenWorld> {
  const world = openWorld();
  valueOf(await connectOrCreate(world.parts));
  world.talk.length = 0;
  return world;
}

/** Keeps the vault unlocked until `whileOpen` ends it. Returns the reason. */
async function hold(
  { parts }: OpenWorld,
  whileOpen: (stop: () => void) => unknown,
  ttlMs = HOUR_MS,
): Promise<HoldEnd> {
  const opened = Promise.withResolvers<() => void>();
  const hold: HoldParts = {
    ...parts,
    ttlMs,
    version: '1.2.3',
    lookEveryMs: 1000,
    say: () => undefined,
    onOpen: opened.resolve,
  };
  const [ended] = await Promise.all([holdOpen(hold), opened.promise.then(whileOpen)]);
  return valueOf(ended);
}

describe('a vault that is held open', () => {
  it('is served to other processes without asking again, until one locks it', async () => {
    const world = await createdWorld();
    const { parts, talk } = world;
    const ended = await hold(world, async () => {
      expect(talk).toEqual(['passphrase?']);
      expect(valueOf(await valueOf(await connectOrUnlock(parts)).list())).toEqual([]);
      expect(talk).toEqual(['passphrase?']);
      expect(valueOf(await lockHolders(parts))).toBe(1);
    });
    expect(ended).toBe('ASKED');
    expect(valueOf(await lockHolders(parts))).toBe(0);
    const records = await world.log();
    expect(records).toContain('agent.start success');
    expect(records).toContain('vault.lock success ASKED');
    expect(records).toContain('agent.stop success ASKED');
  });

  it.each([
    ['its time is up', 'EXPIRED', 20, () => undefined],
    [
      'it is stopped',
      'EXIT',
      HOUR_MS,
      (stop: () => void) => {
        stop();
      },
    ],
  ] as const)('locks when %s', async (_title, reason, ttlMs, whileOpen) => {
    expect(await hold(await createdWorld(), whileOpen, ttlMs)).toBe(reason);
  });

  it('keeps a second process from holding it', async () => {
    const world = await createdWorld();
    await hold(world, async (stop) => {
      const start = () => Promise.reject(new Error('started'));
      expect(await startHolder({ ...world.parts, start })).toMatchObject({
        failure: { code: 'ALREADY_RUNNING' },
      });
      stop();
    });
  });

  it('is a failure if the holding process ends', async () => {
    const { parts } = await createdWorld();
    const start = () => Promise.resolve();
    expect(await startHolder({ ...parts, start })).toMatchObject({
      failure: { code: 'VAULT_LOCKED' },
    });
  });
});
