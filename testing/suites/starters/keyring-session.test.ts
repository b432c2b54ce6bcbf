import { existsSync, readdirSync, statSync } from 'node:fs';
import {
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  whyNoPrograms,
  type KeyringSession,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';

const reason = whyNoKeyringSession() ?? whyNoPrograms(['secret-tool']);

const store = (session: KeyringSession): ReturnType<KeyringSession['run']> =>
  session.run('secret-tool', ['store', '--label=test', 'purpose', 'test'], 'a value');
const lookUp = (session: KeyringSession): ReturnType<KeyringSession['run']> =>
  session.run('secret-tool', ['lookup', 'purpose', 'test']);

describe.skipIf(skipBecause('keyring sessions', reason))('a keyring session', () => {
  test('keeps values while it is unlocked', async () => {
    await using session = await startKeyringSession('unlocked');
    expect(await store(session)).toMatchObject({ code: 0 });
    expect(await lookUp(session)).toMatchObject({ code: 0, stdout: 'a value' });
    await session.lock();
    expect(await lookUp(session)).toMatchObject({ code: 1, stdout: '' });
  });

  test('two sessions are isolated from each other', async () => {
    await using first = await startKeyringSession('unlocked');
    await using second = await startKeyringSession('unlocked');
    await store(first);
    expect(await lookUp(second)).toMatchObject({ code: 1, stdout: '' });
  });

  test.each([
    ['locked', /locked collection/],
    ['no-keyring', /org\.freedesktop\.secrets was not provided/],
    ['no-bus', /D-Bus|dbus|DISPLAY/i],
  ] as const)('%s stores nothing and reports that', async (kind, message) => {
    await using session = await startKeyringSession(kind);
    const { code, stderr } = await store(session);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  test('a killed keyring leaves the bus', async () => {
    await using session = await startKeyringSession('unlocked');
    await store(session);
    await session.killKeyring();
    expect((await lookUp(session)).stderr).toMatch(/not provided by any \.service files/);
  });

  test('a keyring that crashes is started again, unlocked and with its content', async () => {
    await using session = await startKeyringSession('unlocked');
    await store(session);
    await session.crashKeyring();
    expect(await lookUp(session)).toMatchObject({ code: 0, stdout: 'a value' });
    await session.killKeyring();
    expect((await lookUp(session)).stderr).toMatch(/not provided by any \.service files/);
  });

  test('a paused keyring responds when it is resumed', async () => {
    await using session = await startKeyringSession('unlocked');
    await store(session);
    session.pauseKeyring();
    const answer = lookUp(session);
    session.resumeKeyring();
    expect(await answer).toMatchObject({ code: 0, stdout: 'a value' });
  });

  test('its home is private, and removed when it ends', async () => {
    const session = await startKeyringSession('unlocked');
    const { path, environment } = session.home;
    expect(statSync(environment['XDG_RUNTIME_DIR'] ?? '').mode & 0o777).toBe(0o700);
    expect(readdirSync(path)).toContain('.local');
    await session[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
  });
});
