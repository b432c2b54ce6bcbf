import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GNOME_KEYRING,
  KEEPASSXC,
  KWALLET,
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
} from '@postern/testing';
import type { KeyringKind, KeyringSession } from '@postern/testing';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

const skipped = skipBecause("keyrings that don't work", whyNoKeyringSession());

const Line = v.object({ step: v.string(), answer: v.unknown(), beats: v.number() });
type Line = v.InferOutput<typeof Line>;

/** Runs a process in that session. Returns the result of each step. */
async function ask(session: KeyringSession, ...steps: readonly string[]): Promise<readonly Line[]> {
  const script = join(import.meta.dirname, 'keyring-calls.child.ts');
  const { stdout, stderr, code } = await session.run(process.execPath, [script, ...steps]);
  expect([stderr, code]).toEqual(['', 5]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => v.parse(Line, JSON.parse(line)));
}

const answers = (lines: readonly Line[]) => lines.map(({ answer }) => answer);
const unavailable = (cause: string) => ({
  ok: false,
  failure: { reason: 'keyring-unavailable', cause },
});
const LOCKED = { ok: false, failure: { reason: 'keyring-locked' } };
const DENIED = { ok: false, failure: { reason: 'keyring-denied' } };
const NOTHING = { ok: true, value: null };
const DONE = { ok: true };
/**
 * A process needs some hundred milliseconds to reach its call, which then waits for two seconds.
 */
const WITHIN_THE_CALL_MS = 1200;

describe.skipIf(skipped)("a keyring that doesn't work", () => {
  eachSecretService();

  it.each<readonly [string, KeyringKind, object]>([
    ['without a session bus', 'no-bus', unavailable('no-bus')],
    ['without a service on the bus', 'no-keyring', unavailable('no-service')],
  ])('%s fails every call with that reason', async (_, kind, failure) => {
    await using session = await startKeyringSession(kind);
    expect(answers(await ask(session, 'get', 'set', 'remove'))).toEqual([
      failure,
      failure,
      failure,
    ]);
  });

  it('without a collection is unavailable, though it says "no result"', async () => {
    await using session = await startKeyringSession('no-collection');
    expect(answers(await ask(session, 'get', 'set', 'probe'))).toEqual([
      NOTHING,
      unavailable('no-collection'),
      { available: false, failure: { reason: 'keyring-unavailable', cause: 'no-collection' } },
    ]);
  });

  it('reports a missing entry as missing', async () => {
    await using session = await startKeyringSession('unlocked');
    const steps = ['probe', 'get', 'set', 'get', 'get-other', 'remove', 'get'];
    expect(answers(await ask(session, ...steps))).toEqual([
      { available: true },
      NOTHING,
      DONE,
      { ok: true, value: 'value' },
      NOTHING,
      { ok: true, value: true },
      NOTHING,
    ]);
  });

  it('is locked for every call if its collection is locked', async () => {
    await using session = await startKeyringSession('unlocked');
    expect(answers(await ask(session, 'set'))).toEqual([DONE]);
    await session.lock();
    expect(answers(await ask(session, 'get', 'set', 'remove', 'probe'))).toEqual([
      LOCKED,
      LOCKED,
      LOCKED,
      { available: false, failure: LOCKED.failure },
    ]);
  });

  it('is locked, without blocking, if it waits for an absent user', async () => {
    await using session = await startKeyringSession('prompting');
    expect(answers(await ask(session, 'set'))).toEqual([DONE]);
    await session.lock();
    const [first, second] = await ask(session, 'get', 'get');
    expect([first?.answer, second?.answer]).toEqual([LOCKED, LOCKED]);
    // The event loop kept running during the four seconds, and the second call didn't wait at all.
    expect(first?.beats).toBeGreaterThan(5);
    expect(second?.beats).toBeLessThan(first?.beats ?? 0);
  });
});

function eachSecretService(): void {
  describe.each([GNOME_KEYRING, KEEPASSXC, KWALLET])('with $name', (service) => {
    const without = skipBecause(service.name, whyNoKeyringSession(service));

    it.skipIf(without)('is denied if the bus forbids it', async () => {
      await using session = await startKeyringSession('denied', service);
      expect(answers(await ask(session, 'get', 'set', 'remove'))).toEqual([DENIED, DENIED, DENIED]);
    });

    it.skipIf(without)('is locked while it waits for the user to unlock it', async () => {
      await using session = await startKeyringSession('prompting', service);
      expect(answers(await ask(session, 'set', 'get'))).toEqual([
        DONE,
        { ok: true, value: 'value' },
      ]);
      await session.lock();
      expect(answers(await ask(session, 'get', 'set', 'remove', 'probe'))).toEqual([
        ...[LOCKED, LOCKED, LOCKED],
        { available: false, failure: LOCKED.failure },
      ]);
    });

    it.skipIf(without)(
      'is unavailable, within the timeout, if it hangs or was killed',
      async () => {
        await using session = await startKeyringSession('unlocked', service);
        session.pauseKeyring();
        expect(answers(await ask(session, 'get', 'set'))).toEqual([
          unavailable('no-answer'),
          unavailable('no-answer'),
        ]);
        await session.killKeyring();
        expect(answers(await ask(session, 'get'))).toEqual([unavailable('no-service')]);
      },
    );

    it.skipIf(without)('disappears during a call, which reports it', async () => {
      await using session = await startKeyringSession('unlocked', service);
      session.pauseKeyring();
      const answer = ask(session, 'get');
      await sleep(WITHIN_THE_CALL_MS);
      await session.killKeyring();
      const [line] = await answer;
      expect(line?.answer).toEqual(expect.objectContaining({ ok: false }));
      expect(JSON.stringify(line?.answer)).toMatch(/no-(answer|service)/);
    });
  });
}
