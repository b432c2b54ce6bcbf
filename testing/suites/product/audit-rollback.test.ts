import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  runPostern,
  skipBecause,
  startKeyringSession,
  whyNoKeyringSession,
  type Ended,
} from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PASSPHRASE = 'three blind mice run';
const VALUE = 'sk-a-value-0123456789-0123456789';
const DAMAGED = 6;

interface Place extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

/** Creates the home of a vault with each storage. */
const STORAGES = {
  file: (): Promise<Place> => {
    const home = freshHome();
    const { environment } = home;
    return Promise.resolve({
      environment,
      [Symbol.asyncDispose]: () => {
        home[Symbol.dispose]();
        return Promise.resolve();
      },
    });
  },
  keyring: async (): Promise<Place> => await startKeyringSession('unlocked'),
} as const;

describe.each(['file', 'keyring'] as const)('the audit log of a vault in the %s', (storage) => {
  const why = storage === 'keyring' ? whyNoKeyringSession() : undefined;
  const isSkipped = skipBecause(`an audit log over a ${storage}`, why);
  let place: Place;
  let data: string;
  const audit = (): string => join(data, 'audit');
  const run = async (parameters: readonly string[], input = ''): Promise<Ended> =>
    await runPostern(parameters, { ...place, passphrase: PASSPHRASE, input });

  beforeAll(async () => {
    if (isSkipped) return;
    place = await STORAGES[storage]();
    data = join(place.environment['HOME'] ?? '', '.local', 'share', 'postern');
    expect(await run(['secret', 'set', 'openai'], VALUE)).toMatchObject({ code: 0 });
    cpSync(audit(), `${data}-older`, { recursive: true });
    expect(await run(['secret', 'set', 'spare'], VALUE)).toMatchObject({ code: 0 });
    cpSync(audit(), `${data}-newest`, { recursive: true });
  });

  afterAll(async () => {
    if (!isSkipped) await place[Symbol.asyncDispose]();
  });

  test.skipIf(isSkipped).each([
    ['deleted', undefined, /the log was deleted/],
    ['replaced by an older copy', 'older', /an older copy of the log was restored/],
  ])('that was %s is reported, and accepts no more records', async (_, copy, words) => {
    rmSync(audit(), { recursive: true });
    if (copy !== undefined) cpSync(`${data}-${copy}`, audit(), { recursive: true });
    const verified = await run(['audit', 'verify']);
    expect(verified).toMatchObject({ code: DAMAGED, stdout: '' });
    expect(verified.stderr).toMatch(words);
    const doctor = await run(['doctor']);
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toMatch(words);
    expect(await run(['secret', 'get', 'openai'])).toMatchObject({ code: DAMAGED, stdout: '' });
    rmSync(audit(), { recursive: true });
    cpSync(`${data}-newest`, audit(), { recursive: true });
    expect(await run(['audit', 'verify'])).toMatchObject({ code: 0 });
  });

  test.skipIf(isSkipped)('can be set aside; the new log is protected from then on', async () => {
    rmSync(audit(), { recursive: true });
    expect(await run(['audit', 'set-aside', '--yes'])).toMatchObject({ code: 0 });
    const shown = await run(['secret', 'get', 'openai', '--raw']);
    expect(shown).toMatchObject({ code: 0, stdout: VALUE });
    const text = readFileSync(join(audit(), 'audit-000000000001.jsonl'), 'utf8');
    expect(text).toMatch(/^\{[^\n]*"action":"log.set-aside"[^\n]*"AUDIT_DAMAGED"/);
    expect(await run(['audit', 'verify'])).toMatchObject({ code: 0 });
    rmSync(audit(), { recursive: true });
    expect(await run(['audit', 'verify'])).toMatchObject({ code: DAMAGED });
  });

  test.skipIf(isSkipped)('stops every command if its anchor is missing', async () => {
    rmSync(join(data, 'vault', 'anchor.json'));
    const refused = await run(['audit', 'verify']);
    expect(refused).toMatchObject({ code: DAMAGED, stdout: '' });
  });
});
