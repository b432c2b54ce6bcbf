import type { JsonValue } from '@postern/kernel';
import { freshHome, upPostern, type FreshHome, type PosternUp } from '@postern/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const WithId = v.object({ id: v.string() });
const PROMPT = { name: 'Sum up', text: 'Sum up {{text}}.' };

let home: FreshHome;
let postern: PosternUp;
let app: AppClient;

beforeAll(async () => {
  home = freshHome();
  postern = await upPostern({ environment: home.environment });
  app = await signIn(postern.launchUrl);
  await app.request('POST', '/api/setup', { storage: 'file', passphrase: PASSPHRASE });
});

afterAll(async () => {
  await postern.stop();
  home[Symbol.dispose]();
});

/** Starts Postern again, as a user does after it ended. */
async function startAgain(): Promise<void> {
  postern = await upPostern({ environment: home.environment });
  app = await signIn(postern.launchUrl);
  await app.request('POST', '/api/unlock', { passphrase: PASSPHRASE });
}

const library = async (): Promise<JsonValue> => await app.request('GET', '/api/library');

describe('the library', () => {
  test('survives kill -9 right after a change', async () => {
    await app.request('POST', '/api/prompts', PROMPT);
    await app.request('POST', '/api/presets', { name: 'P', settings: {}, isDefault: true });
    await app.request('PUT', '/api/models/favourites', {
      provider: 'demo',
      model: 'demo',
      isFavourite: true,
    });
    await postern.stop('SIGKILL');
    await startAgain();
    expect(await library()).toMatchObject({ prompts: [PROMPT], presets: [{ name: 'P' }] });
    expect(await app.request('GET', '/api/models/marks')).toMatchObject({
      favourites: [{ provider: 'demo', model: 'demo' }],
    });
  });

  test('is imported whole or not at all when Postern is killed meanwhile', async () => {
    const prompts = Array.from({ length: 500 }, (_, at) => ({
      name: `Imported ${at}`,
      text: 'x'.repeat(2000),
    }));
    const file = { format: 'postern-library', version: 1, presets: [], prompts };
    for (const delayMs of [0, 5, 20, 60]) {
      const importing = app.request('POST', '/api/library', file).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await postern.stop('SIGKILL');
      await importing;
      await startAgain();
      const stored = v.parse(v.array(WithId), await app.request('GET', '/api/prompts'));
      expect([1, 501]).toContain(stored.length);
      if (stored.length === 501) break;
    }
    await app.request('POST', '/api/library', file);
    expect(v.parse(v.array(WithId), await app.request('GET', '/api/prompts'))).toHaveLength(501);
  });

  test('stays when the history is cleared on exit, and the recent models go', async () => {
    await app.request('POST', '/api/conversations', { provider: 'demo', model: 'demo' });
    expect(await app.request('GET', '/api/models/marks')).toMatchObject({
      recents: [{ provider: 'demo', model: 'demo' }],
    });
    const before = await library();
    await app.request('PATCH', '/api/privacy', { clearHistoryOnExit: true });
    await postern.stop();
    await startAgain();
    expect(await app.request('GET', '/api/conversations')).toMatchObject({ conversations: [] });
    expect(await app.request('GET', '/api/models/marks')).toMatchObject({ recents: [] });
    expect(await library()).toEqual(before);
    await app.request('PATCH', '/api/privacy', { clearHistoryOnExit: false });
  });

  test('is on the storage page', async () => {
    const { data } = v.parse(
      v.looseObject({ data: v.array(v.looseObject({ what: v.string(), path: v.string() })) }),
      await app.request('GET', '/api/storage'),
    );
    const found = data.find(({ what }) => what === 'library');
    expect(found?.path.endsWith(join('data', 'library.db')) ?? false).toBe(
      existsSync(found?.path ?? '') && found?.path.includes('/data/') === true,
    );
    expect(existsSync(found?.path ?? '')).toBe(true);
  });
});
