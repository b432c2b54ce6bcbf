import { expectOk, revealSecret } from '@postern/kernel';
import {
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  whyNoPrograms,
  type KeyringSession,
} from '@postern/testing';
import { osForeignKeyring } from '@postern/importers';
import { describe, expect, test } from 'vitest';

const reason = whyNoKeyringSession() ?? whyNoPrograms(['secret-tool']);

async function store(session: KeyringSession, value: string, attributes: readonly string[]) {
  const stored = await session.run('secret-tool', ['store', '--label=x', ...attributes], value);
  expect(stored.code).toBe(0);
}

describe.skipIf(skipBecause('reading a foreign keyring', reason))('a real keyring', () => {
  test('returns the only item that has all the attributes, byte for byte', async () => {
    await using session = await startKeyringSession('unlocked');
    await store(session, 'größe\nline two\n', ['service', 'svc', 'username', 'a']);
    await store(session, 'other', ['service', 'svc', 'username', 'b']);
    const keyring = osForeignKeyring(session.environment);
    const found = expectOk(await keyring.value({ service: 'svc', username: 'a' }));
    expect(found === undefined ? undefined : revealSecret(found)).toBe('größe\nline two\n');
    expect(await keyring.value({ service: 'svc', username: 'c' })).toEqual({
      ok: true,
      value: undefined,
    });
  });

  test('reports that it is locked, and still reports missing items', async () => {
    await using session = await startKeyringSession('unlocked');
    await store(session, 'value', ['service', 'svc']);
    await session.lock();
    const keyring = osForeignKeyring(session.environment);
    expect(await keyring.value({ service: 'svc' })).toEqual({
      ok: false,
      failure: { reason: 'keyring-locked' },
    });
    expect(await keyring.value({ service: 'other' })).toEqual({ ok: true, value: undefined });
  });

  test.each([
    ['no-keyring', 'no-service'],
    ['no-bus', 'no-bus'],
  ] as const)('%s is a failure, not an empty result', async (kind, cause) => {
    await using session = await startKeyringSession(kind);
    const failure = { reason: 'keyring-unavailable', cause };
    const result = await osForeignKeyring(session.environment).value({ service: 'svc' });
    expect(result).toEqual({ ok: false, failure });
  });
});
