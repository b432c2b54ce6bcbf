import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SESSION_HEADER } from '@postern/protocol';
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { loopbackListener, placeOf } from '../server/listener.ts';
import { signInsOf } from '../server/serve.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { composeInDirectory } from '../testing/compose-in-directory.ts';
import { noProgram } from '../testing/no-program.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { createAppApi } from './app-api.ts';

const host = 'localhost:7420';
const ENDPOINT = {
  ...{ label: 'Box', dialect: 'openai-chat', auth: 'bearer', models: [] },
  baseUrl: 'https://box.example/v1',
};
const View = v.object({
  label: v.string(),
  baseUrl: v.string(),
  local: v.boolean(),
  trusted: v.boolean(),
});
const Failure = v.object({ error: v.object({ code: v.string() }) });

let ask: (method: string, path: string, body?: unknown) => Promise<Response>;
let written: () => string;
let recorded: () => string;

beforeEach(async () => {
  const dataDir = scratchDirectory();
  const postern = await composeInDirectory(dataDir);
  valueOf(await postern.setUp({ storage: 'file', passphrase: 'three blind mice run' }));
  const signIns = signInsOf({ postern, randomness: systemRandomness });
  const app = createAppApi({
    ...signIns,
    ...{
      postern,
      place: placeOf(loopbackListener(7420), 7420),
      version: '0.0.0',
      program: noProgram,
    },
    onFault: (fault) => {
      throw fault;
    },
  });
  let pass: Record<string, string> = {};
  ask = async (method, path, body) =>
    await app.request(`http://${host}${path}`, {
      method,
      headers: { host, 'content-type': 'application/json', ...pass },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answer = await ask('POST', '/api/session', { code: signIns.sessions.newLaunchCode() });
  const { secret } = v.parse(v.object({ secret: v.string() }), await answer.json());
  pass = {
    cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
    [SESSION_HEADER]: secret,
  };
  written = () => readFileSync(join(dataDir, 'config', 'config.json'), 'utf8');
  recorded = () => readFileSync(join(dataDir, 'audit', 'audit-000000000001.jsonl'), 'utf8');
  await ask('POST', '/api/providers', { id: 'box', ...ENDPOINT });
  return async () => {
    await postern.close();
  };
});

const change = async (changes: object): Promise<Response> =>
  await ask('PUT', '/api/providers/box', { ...ENDPOINT, ...changes });
const viewOf = async (answer: Response): Promise<v.InferOutput<typeof View>> =>
  v.parse(View, await answer.json());
const codeOf = async (answer: Response): Promise<string> =>
  v.parse(Failure, await answer.json()).error.code;

describe('an endpoint', () => {
  test('is changed, at once and in the file', async () => {
    const view = await viewOf(await change({ label: 'Other', baseUrl: 'https://other.example' }));
    expect(view).toMatchObject({ label: 'Other', baseUrl: 'https://other.example' });
    expect(written()).toContain('https://other.example');
    expect(recorded()).toContain('providers');
  });

  test.each([
    ['http://box.lan/v1', 'UPSTREAM_INSECURE'],
    ['https://10.0.0.5/v1', 'UPSTREAM_ADDRESS_PRIVATE'],
  ])('reaches %s only if its host is trusted, and no other', async (baseUrl, code) => {
    expect(await codeOf(await change({ baseUrl }))).toBe(code);
    expect(recorded()).not.toContain('localHosts');
    expect(await viewOf(await change({ baseUrl, trustHost: true }))).toMatchObject({
      local: true,
      trusted: true,
    });
    expect(recorded()).toContain('localHosts');
    expect(await codeOf(await change({ baseUrl: 'http://10.0.0.6/v1' }))).toBe('UPSTREAM_INSECURE');
    expect(await codeOf(await change({ baseUrl, trustHost: false }))).toBe(code);
    await change({ trustHost: false });
    expect(await codeOf(await change({ baseUrl: 'https://10.0.0.6/v1' }))).toBe(
      'UPSTREAM_ADDRESS_PRIVATE',
    );
  });

  test('at a metadata service is refused even if it is trusted', async () => {
    const before = written();
    const answer = await change({ baseUrl: 'http://169.254.169.254/v1', trustHost: true });
    expect(await codeOf(answer)).toBe('UPSTREAM_ADDRESS_FORBIDDEN');
    expect(written()).toBe(before);
  });

  test.each(['openai', 'unknown'])("isn't %s", async (id) => {
    expect((await ask('PUT', `/api/providers/${id}`, ENDPOINT)).ok).toBe(false);
  });
});
