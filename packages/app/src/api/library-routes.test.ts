import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { signedInApp, type SignedInApp } from '../testing/signed-in-app.ts';

const WithId = v.object({ id: v.string() });
const Failure = v.object({ error: v.object({ code: v.string(), message: v.string() }) });

async function refusal(app: SignedInApp, method: string, path: string, body: unknown) {
  const response = await app.ask(method, path, body);
  expect(response.status).toBeGreaterThanOrEqual(400);
  return v.parse(Failure, await response.json()).error;
}

async function idOf(app: SignedInApp, path: string, body: unknown): Promise<string> {
  return v.parse(WithId, await app.read('POST', path, body)).id;
}

describe('presets', () => {
  test('are stored, changed, deleted and restored, and every page is told', async () => {
    const app = await signedInApp();
    const preset = { name: ' Ver\u202ese ', settings: { temperature: 0.5 } };
    const id = await idOf(app, '/api/presets', preset);
    expect(await app.read('GET', '/api/presets')).toEqual([{ ...preset, id, name: 'Verse' }]);
    expect((await app.events()).map(({ kind }) => kind)).toEqual(['chat-settings', 'library']);
    await app.read('PUT', `/api/presets/${id}`, { name: 'Prose', settings: {} });
    expect(await app.read('GET', '/api/presets')).toEqual([{ id, name: 'Prose', settings: {} }]);
    await app.read('DELETE', `/api/presets/${id}`);
    expect(await app.read('GET', '/api/presets')).toEqual([]);
    await app.read('PUT', `/api/presets/${id}`, preset);
    expect(await app.read('GET', '/api/presets')).toMatchObject([{ id, name: 'Verse' }]);
    expect(await refusal(app, 'POST', '/api/presets', preset)).toMatchObject({
      code: 'LIBRARY_NAME_TAKEN',
    });
  });

  test('one is the default of new chats, until other settings are chosen for the next', async () => {
    const app = await signedInApp();
    const settings = { systemPrompt: 'Be brief.' };
    const model = { provider: 'demo', model: 'demo' };
    const id = await idOf(app, '/api/presets', { name: 'B', settings, model, isDefault: true });
    expect(await app.events()).toContainEqual({
      kind: 'chat-settings',
      conversation: null,
      settings,
    });
    expect(await app.read('GET', '/api/chat-settings')).toEqual(settings);
    expect(await app.read('GET', '/api/models/marks')).toMatchObject({ ofDefault: model });
    const settingsOf = async (): Promise<unknown> => {
      const chat = await idOf(app, '/api/conversations', {});
      return v.parse(
        v.object({ settings: v.optional(v.unknown()) }),
        await app.read('GET', `/api/conversations/${chat}`),
      ).settings;
    };
    expect(await settingsOf()).toEqual(settings);
    expect(await settingsOf()).toEqual(settings);
    await app.events();
    for (const chosen of [{ temperature: 1 }, {}]) {
      await app.read('PUT', '/api/chat-settings', { conversation: null, settings: chosen });
      expect(await app.read('GET', '/api/chat-settings')).toEqual(chosen);
      expect(await settingsOf()).toEqual('temperature' in chosen ? chosen : undefined);
      expect(await app.events()).toContainEqual({
        kind: 'chat-settings',
        conversation: null,
        settings,
      });
      expect(await app.read('GET', '/api/chat-settings')).toEqual(settings);
    }
    await app.read('DELETE', `/api/presets/${id}`);
    expect(await app.read('GET', '/api/chat-settings')).toEqual({});
    expect(await app.read('GET', '/api/models/marks')).not.toHaveProperty('ofDefault');
  });

  test('the default isn’t used by private chats', async () => {
    const app = await signedInApp();
    const settings = { systemPrompt: 'About me: marked.' };
    await app.read('POST', '/api/presets', { name: 'B', settings, isDefault: true });
    const begun = await app.ask('POST', '/api/private-chats', { provider: 'demo', model: 'demo' });
    expect(await begun.text()).not.toContain('marked');
  });
});

describe('prompts', () => {
  test('are stored, changed, deleted and restored', async () => {
    const app = await signedInApp();
    const prompt = { name: 'Sum up', text: '  {{text}}\n' };
    const id = await idOf(app, '/api/prompts', prompt);
    expect((await app.events()).map(({ kind }) => kind)).toEqual(['library']);
    await app.read('PUT', `/api/prompts/${id}`, { ...prompt, text: 'x' });
    expect(await app.read('GET', '/api/prompts')).toEqual([{ id, name: 'Sum up', text: 'x' }]);
    await app.read('DELETE', `/api/prompts/${id}`);
    await app.read('PUT', `/api/prompts/${id}`, prompt);
    expect(await app.read('GET', '/api/prompts')).toEqual([{ id, ...prompt }]);
  });

  test.each([
    ['an empty name', { name: ' \u200b', text: 'x' }],
    ['a long name', { name: 'x'.repeat(65), text: 'x' }],
    ['no text', { name: 'x', text: '' }],
    ['a long text', { name: 'x', text: 'x'.repeat(50_001) }],
    ['an unknown field', { name: 'x', text: 'x', id: '0'.repeat(26) }],
  ])('rejects %s', async (_name, prompt) => {
    const app = await signedInApp();
    expect((await refusal(app, 'POST', '/api/prompts', prompt)).code).toBe('REQUEST_INVALID');
  });
});

describe('models', () => {
  test('can be favourites, and those of the newest chats are recent', async () => {
    const app = await signedInApp();
    const mark = { provider: 'fake', model: 'x/y:free' };
    await app.read('PUT', '/api/models/favourites', { ...mark, isFavourite: true });
    expect((await app.events()).map(({ kind }) => kind)).toEqual(['library']);
    for (const model of ['a', 'b', 'a']) {
      await app.read('POST', '/api/conversations', { provider: 'fake', model });
      // Chats of one millisecond have no order.
      const createdMs = Date.now();
      await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(createdMs);
    }
    expect(await app.read('GET', '/api/models/marks')).toEqual({
      favourites: [mark],
      recents: [
        { provider: 'fake', model: 'a' },
        { provider: 'fake', model: 'b' },
      ],
    });
    await app.read('PUT', '/api/models/favourites', { ...mark, isFavourite: false });
    expect(await app.read('GET', '/api/models/marks')).toMatchObject({ favourites: [] });
  });
});

describe('the library as a file', () => {
  test('is exported and imported, all or nothing', async () => {
    const app = await signedInApp();
    await app.read('POST', '/api/prompts', { name: 'Sum up', text: '{{text}}' });
    await app.read('POST', '/api/presets', {
      name: 'P',
      settings: { effort: 'low' },
      isDefault: true,
    });
    const file = v.parse(v.looseObject({}), await app.read('GET', '/api/library'));
    expect(file).toEqual({
      format: 'postern-library',
      version: 1,
      presets: [{ name: 'P', settings: { effort: 'low' } }],
      prompts: [{ name: 'Sum up', text: '{{text}}' }],
    });
    const other = await signedInApp();
    expect(await other.read('POST', '/api/library', file)).toEqual({
      added: 2,
      renamed: 0,
      unchanged: 0,
    });
    expect(await other.read('GET', '/api/library')).toEqual(file);
    const bad = { ...file, prompts: [{ name: 'new', text: 'x' }, { name: 'y' }] };
    expect(await refusal(other, 'POST', '/api/library', bad)).toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'prompts.1.text is invalid.',
    });
    expect(await other.read('GET', '/api/library')).toEqual(file);
  });
});
