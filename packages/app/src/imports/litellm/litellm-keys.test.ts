import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchDirectory } from '../../testing/scratch-directory.ts';
import { valueOf } from '../../testing/value-of.ts';
import { readLitellmKeys } from './litellm-keys.ts';

const NOW_MS = Date.parse('2026-11-28T00:00:00Z');

async function readText(text: string) {
  const path = join(scratchDirectory(), 'keys.json');
  await writeFile(path, text);
  return await readLitellmKeys(path, NOW_MS);
}

const read = async (value: unknown) => valueOf(await readText(JSON.stringify(value)));

/** An export with one key, which has these fields besides its name. */
const only = async (fields: Readonly<Record<string, unknown>>) => {
  const { keys, notes } = await read({ keys: [{ key_alias: 'ci', token: 'f00d', ...fields }] });
  const told = notes.filter(({ kind }) => kind !== 'not-needed');
  return { settings: keys[0]?.settings, told: told.map(({ path, kind }) => `${path}: ${kind}`) };
};

describe('readLitellmKeys', () => {
  test('reads names, models, limits, budgets, expiry, owner and metadata', async () => {
    const { settings, told } = await only({
      key_name: 'sk-...abcd',
      models: ['gpt-4o', 'openai/*'],
      max_budget: 10.5,
      budget_duration: '30d',
      spend: 4,
      rpm_limit: 60,
      tpm_limit: 1000,
      max_parallel_requests: 2,
      expires: '2027-01-01T00:00:00+00:00',
      user_id: 'ana@example.com',
      metadata: { ticket: 'T-1', count: 3 },
      permissions: {},
      allowed_routes: [],
      blocked: null,
    });
    expect(told).toEqual([]);
    expect(settings).toEqual({
      models: ['gpt-4o', 'openai/*'],
      limits: { requestsPerMinute: 60, tokensPerMinute: 1000, concurrent: 2 },
      budget: { amountMicroUsd: 10_500_000, period: 'month' },
      expiresAtMs: Date.parse('2027-01-01T00:00:00Z'),
      owner: 'ana@example.com',
      notes: { ticket: 'T-1', count: '3' },
    });
  });

  test.each([
    ['the response of /key/info', { key: 'f00d', info: { key_alias: 'a' } }],
    ['a list of them', [{ key: 'f00d', info: { key_alias: 'a' } }]],
    ['a list of keys', [{ key_alias: 'a' }]],
  ])('reads %s', async (_name, value) => {
    expect((await read(value)).keys).toMatchObject([{ name: 'a', settings: { models: 'all' } }]);
  });

  test.each([
    ['a total budget that is used in part', { max_budget: 5, spend: 2 }, 3_000_000, 'total', 1],
    ['a total budget that is used up', { max_budget: 5, spend: 7 }, 1, 'total', 1],
    ['a budget of nothing', { max_budget: 0, budget_duration: '1d' }, 1, 'day', 0],
    [
      'a budget for another period',
      { max_budget: 5, budget_duration: '90d' },
      5_000_000,
      'total',
      1,
    ],
  ])('has %s', async (_name, fields, amountMicroUsd, period, changed) => {
    const { settings, told } = await only(fields);
    expect(settings?.budget).toEqual({ amountMicroUsd, period });
    expect(told).toHaveLength(changed);
  });

  test.each([
    ['is blocked', { blocked: true }, 'blocked'],
    ['has expired', { expires: '2026-11-27T23:59:59' }, 'expires'],
    ['ends at a malformed time', { expires: 'soon' }, 'expires'],
    ['has the models of its team', { team_id: 't' }, 'models'],
    ["names its team's models", { models: ['all-team-models'] }, 'models'],
    ['has no models', { models: ['no-default-models'] }, 'models'],
    ['has models with unusable names only', { models: ['a b'] }, 'models'],
    ['has a limit for each model', { model_max_budget: { a: 1 } }, 'model_max_budget'],
    [
      'has such a limit in its metadata',
      { metadata: { model_rpm_limit: { a: 1 } } },
      'metadata.model_rpm_limit',
    ],
    ['has guardrails', { metadata: { guardrails: ['x'] } }, 'metadata.guardrails'],
    ['has only some routes', { allowed_routes: ['/chat/completions'] }, 'allowed_routes'],
    ['has a malformed budget', { max_budget: 'much' }, 'max_budget'],
    ['is named like a key', { key_alias: 'sk-proj-0123456789abcdefghij' }, 'key_alias'],
  ])("doesn't create a key that %s", async (_name, fields, field) => {
    const { settings, told } = await only(fields);
    expect(settings).toBeUndefined();
    expect(told).toContain(`keys[0].${field}: not-mapped`);
  });

  test("doesn't create a key with a limit of 0", async () => {
    expect(await only({ rpm_limit: 0 })).toEqual({
      settings: undefined,
      told: ['keys[0]: not-mapped'],
    });
  });

  test('masks a key in place of a name', async () => {
    const key = 'sk-proj-0123456789abcdefghij';
    const found = JSON.stringify(
      await read([{ key_alias: 'a', [key]: 1, metadata: { [key]: 1 } }]),
    );
    expect(found).toContain('[masked]');
    expect(found).not.toContain(key);
  });

  test('notes what it does not know', async () => {
    const { told } = await only({ unknown: 1, metadata: { list: [1] }, user_id: '\u001b[2J' });
    expect(told).toEqual([
      'keys[0].metadata.list: not-mapped',
      'keys[0].user_id: not-mapped',
      'keys[0].unknown: not-mapped',
    ]);
  });

  test.each([
    ['a list of hashes', '{"keys":["f00d"]}'],
    ['no keys', '{"keys":[]}'],
    ['another object', '{"models":[]}'],
    ['text', 'hello'],
    ['a prototype key', '{"keys":[{"__proto__":{"key_alias":"a"}}]}'],
  ])('refuses %s', async (_name, text) => {
    expect(await readText(text)).toMatchObject({
      ok: false,
      failure: { code: 'IMPORT_MALFORMED' },
    });
  });
});
