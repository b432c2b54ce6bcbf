import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { startGnomeKeyring, whyNoGnomeKeyring } from '../../src/keyrings/gnome-keyring.ts';
import { startSessionBus, whyNoSessionBus } from '../../src/keyrings/session-bus.ts';
import type { SessionBus, SessionBusOptions } from '../../src/keyrings/session-bus.ts';
import { skipReason } from '../../src/skip-reason.ts';

const missing = skipReason(whyNoSessionBus() ?? whyNoGnomeKeyring());

const Line = v.object({ step: v.string(), answer: v.unknown(), beats: v.number() });
type Line = v.InferOutput<typeof Line>;

/** What a process on that bus, or on none, gets for each step. */
function ask(env: Readonly<Record<string, string>>, ...steps: readonly string[]): readonly Line[] {
  const script = join(import.meta.dirname, 'keyring-calls.child.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...steps], {
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([stderr, status]).toEqual(['', 5]);
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

describe.skipIf(missing !== undefined)('a keyring that does not work', () => {
  let bus: SessionBus | undefined;
  const start = async (options?: SessionBusOptions) => (bus = await startSessionBus(options));
  afterEach(async () => {
    await bus?.stop();
    bus = undefined;
  });

  it('is unavailable without a session bus', () => {
    const nowhere = { XDG_RUNTIME_DIR: '/nonexistent', HOME: '/nonexistent' };
    expect(answers(ask(nowhere, 'get', 'set', 'remove'))).toEqual([
      unavailable('no-bus'),
      unavailable('no-bus'),
      unavailable('no-bus'),
    ]);
    const stale = { ...nowhere, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
    expect(answers(ask(stale, 'get'))).toEqual([unavailable('no-bus')]);
  });

  it('is unavailable without a service on the bus', async () => {
    const { env } = await start();
    expect(answers(ask(env, 'get', 'set', 'remove'))).toEqual([
      unavailable('no-service'),
      unavailable('no-service'),
      unavailable('no-service'),
    ]);
  });

  it('is unavailable where the service has no collection, though it says "no result"', async () => {
    await startGnomeKeyring(await start(), { unlocked: false });
    expect(answers(ask(bus?.env ?? {}, 'get', 'set', 'probe'))).toEqual([
      NOTHING,
      unavailable('no-collection'),
      { available: false, failure: { reason: 'keyring-unavailable', cause: 'no-collection' } },
    ]);
  });

  it('says of an entry that is not there that it is not there', async () => {
    await startGnomeKeyring(await start());
    const lines = ask(bus?.env ?? {}, 'probe', 'get', 'set', 'get', 'get-other', 'remove', 'get');
    expect(answers(lines)).toEqual([
      { available: true },
      NOTHING,
      DONE,
      { ok: true, value: 'value' },
      NOTHING,
      { ok: true, value: true },
      NOTHING,
    ]);
  });

  it('is locked where its keyring is, for every call', async () => {
    const keyring = await startGnomeKeyring(await start());
    expect(answers(ask(bus?.env ?? {}, 'set'))).toEqual([DONE]);
    keyring.lock();
    expect(answers(ask(bus?.env ?? {}, 'get', 'set', 'remove'))).toEqual([LOCKED, LOCKED, LOCKED]);
    expect(answers(ask(bus?.env ?? {}, 'probe'))).toEqual([
      { available: false, failure: LOCKED.failure },
    ]);
  });

  it('is locked where it waits for a person who does not come, without blocking', async () => {
    const prompter = { 'org.gnome.keyring.SystemPrompter': '/bin/sleep 600' };
    const keyring = await startGnomeKeyring(await start({ services: prompter }));
    expect(answers(ask(bus?.env ?? {}, 'set'))).toEqual([DONE]);
    keyring.lock();
    const [first, second] = ask(bus?.env ?? {}, 'get', 'get');
    expect([first?.answer, second?.answer]).toEqual([LOCKED, LOCKED]);
    // The event loop went on during the four seconds; the second call did not wait at all.
    expect(first?.beats).toBeGreaterThan(100);
    expect(second?.beats).toBeLessThan(100);
  });

  it('is denied where the bus forbids it', async () => {
    const policy = '<deny send_destination="org.freedesktop.secrets"/>';
    const { env } = await start({ policy });
    bus?.start('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], 'x');
    await bus?.waitFor('org.freedesktop.secrets');
    expect(answers(ask(env, 'get', 'set', 'remove'))).toEqual([DENIED, DENIED, DENIED]);
  });

  it('is unavailable, in time, where its service hangs or dies', async () => {
    const keyring = await startGnomeKeyring(await start());
    keyring.daemon.kill('SIGSTOP');
    expect(answers(ask(bus?.env ?? {}, 'get', 'set'))).toEqual([
      unavailable('no-answer'),
      unavailable('no-answer'),
    ]);
    keyring.daemon.kill('SIGKILL');
    expect(answers(ask(bus?.env ?? {}, 'get'))).toEqual([unavailable('no-service')]);
  });
});
