import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { signedInApp, type SignedInApp } from '../testing/signed-in-app.ts';

const INPUT = {
  name: 'laptop',
  models: ['gpt-5'],
  limits: { requestsPerMinute: 60 },
  budget: { amountMicroUsd: 5_000_000, period: 'month' },
} as const;

const Answer = v.object({ key: v.string(), view: v.object({ id: v.string() }) });

async function create({ read }: SignedInApp): Promise<v.InferOutput<typeof Answer>> {
  return v.parse(Answer, await read('POST', '/api/gateway/keys', INPUT));
}

async function actions({ postern }: SignedInApp): Promise<readonly string[]> {
  const found: string[] = [];
  await postern.stores()?.audit.forEach(({ action }) => {
    if (action.startsWith('gateway.key') && action !== 'gateway.key.update') found.push(action);
  });
  return found.filter((action) => action !== 'gateway.key.begin');
}

describe('the gateway keys of the app', () => {
  test('are listed without their text, which is given once', async () => {
    const app = await signedInApp();
    const { key, view } = await create(app);
    expect(key).toMatch(/^sk-/);
    const listed = await app.read('GET', '/api/gateway/keys');
    expect(listed).toMatchObject([{ ...INPUT, id: view.id, state: 'active' }]);
    expect(JSON.stringify(listed)).not.toContain(key);
    expect(await actions(app)).toEqual(['gateway.key.create']);
  });

  test('are disabled, enabled, rotated and revoked, and each is recorded', async () => {
    const app = await signedInApp();
    const { key, view } = await create(app);
    const path = `/api/gateway/keys/${view.id}`;
    expect(await app.read('PATCH', path, { disabled: true })).toMatchObject({ state: 'disabled' });
    expect(await app.read('PATCH', path, { disabled: false })).toMatchObject({ state: 'active' });
    const rotated = v.parse(Answer, await app.read('POST', `${path}/rotate`, { graceMs: 0 }));
    expect(rotated.key).not.toBe(key);
    expect((await app.ask('DELETE', path)).status).toBe(204);
    expect(await app.read('GET', '/api/gateway/keys')).toEqual([]);
    expect(await actions(app)).toEqual([
      'gateway.key.create',
      'gateway.key.disable',
      'gateway.key.enable',
      'gateway.key.rotate',
      'gateway.key.revoke',
    ]);
  });

  test.each([
    ['a name that is taken', INPUT, 409],
    ['no models', { ...INPUT, models: undefined }, 400],
    ['a negative limit', { ...INPUT, limits: { requestsPerMinute: -1 } }, 400],
  ])('are refused with %s', async (_name, input, status) => {
    const app = await signedInApp();
    await create(app);
    expect((await app.ask('POST', '/api/gateway/keys', input)).status).toBe(status);
    expect(await app.read('GET', '/api/gateway/keys')).toHaveLength(1);
  });

  test('need an unlocked vault', async () => {
    const app = await signedInApp();
    await app.postern.locking.lock('ASKED');
    expect((await app.ask('GET', '/api/gateway/keys')).status).toBe(423);
  });
});
