import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { signedInApp, type SignedInApp } from '../testing/signed-in-app.ts';

const WithId = v.object({ id: v.string() });
const Page = v.object({ conversations: v.array(v.object({ title: v.string() })) });
const Failure = v.object({ error: v.object({ code: v.string() }) });

/** The ids of new chats with these titles; the events of their creation are dropped. */
async function chats(app: SignedInApp, ...titles: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const title of titles) {
    ids.push(v.parse(WithId, await app.read('POST', '/api/conversations', { title })).id);
  }
  await app.events();
  return ids;
}

async function titlesIn(app: SignedInApp, query = ''): Promise<readonly string[]> {
  const page = v.parse(Page, await app.read('GET', `/api/conversations${query}`));
  return page.conversations.map(({ title }) => title).sort();
}

async function kinds(app: SignedInApp): Promise<readonly string[]> {
  return (await app.events()).map((event) =>
    event.kind === 'conversation' ? `conversation ${event.conversation.title}` : event.kind,
  );
}

describe('changing several chats', () => {
  test('lists them in their new place and tells every page', async () => {
    const app = await signedInApp();
    const ids = await chats(app, 'a', 'b', 'c', 'd');
    const change = async (count: number, change: object): Promise<unknown> =>
      await app.read('PATCH', '/api/conversations', { ids: ids.slice(0, count), change });
    await change(1, { pinned: true });
    expect(await kinds(app)).toEqual(['conversation a']);
    const changed = await change(2, { folder: ' Wo\u202erk ', addTags: ['Red'] });
    expect(changed).toMatchObject([
      { title: 'a', pinned: true, folder: 'Work', tags: ['Red'] },
      { title: 'b', folder: 'Work', tags: ['Red'] },
    ]);
    expect(await kinds(app)).toEqual(['conversation a', 'conversation b', 'labels']);
    expect(await titlesIn(app)).toEqual(['c', 'd']);
    expect(await titlesIn(app, '?in=pinned')).toEqual(['a']);
    expect(await titlesIn(app, '?in=folder&name=work')).toEqual(['b']);
    expect(await titlesIn(app, '?in=tag&name=Red')).toEqual(['a', 'b']);
    expect(await app.read('GET', '/api/labels')).toEqual({ folders: ['Work'], tags: ['Red'] });
    await change(2, { archived: true });
    expect(await titlesIn(app, '?in=archive')).toEqual(['a', 'b']);
    await app.events();
    await change(4, { removed: true });
    expect(await kinds(app)).toEqual(Array.from({ length: 4 }, () => 'conversation-deleted'));
    expect(await titlesIn(app, '?in=archive')).toEqual([]);
    await change(4, { removed: false });
    expect(await kinds(app)).toEqual(['sync']);
    expect(await titlesIn(app, '?in=archive')).toEqual(['a', 'b']);
  });

  test('of more than 50 tells pages to load their lists again', async () => {
    const app = await signedInApp();
    const ids = await chats(app, ...Array.from({ length: 51 }, (_, at) => String(at)));
    await app.read('PATCH', '/api/conversations', { ids, change: { pinned: true } });
    expect(await kinds(app)).toEqual(['sync']);
  });

  test.each([
    ['no chats', { ids: [], change: {} }],
    ['too many chats', { ids: Array(10_001).fill('0'.repeat(26)), change: {} }],
    ['an invalid id', { ids: ['../x'], change: {} }],
    ['an unknown field', { ids: ['0'.repeat(26)], change: { title: 'x' } }],
    ['an empty folder', { ids: ['0'.repeat(26)], change: { folder: ' \u200b ' } }],
    ['a long tag', { ids: ['0'.repeat(26)], change: { addTags: ['x'.repeat(65)] } }],
    ['10,000 tags', { ids: ['0'.repeat(26)], change: { addTags: Array(10_000).fill('x') } }],
  ])('refuses %s', async (_name, body) => {
    const app = await signedInApp();
    const response = await app.ask('PATCH', '/api/conversations', body);
    expect([response.status, v.parse(Failure, await response.json()).error.code]).toEqual([
      400,
      'REQUEST_INVALID',
    ]);
    expect(await kinds(app)).toEqual([]);
  });

  test('changes none of them if one would have too many tags', async () => {
    const app = await signedInApp();
    const ids = await chats(app, 'a', 'b');
    const addTags = Array.from({ length: 32 }, (_, at) => String(at));
    await app.read('PATCH', '/api/conversations', { ids: ids.slice(1), change: { addTags } });
    await app.events();
    const change = { pinned: true, addTags: ['more'] };
    const response = await app.ask('PATCH', '/api/conversations', { ids, change });
    expect(v.parse(Failure, await response.json()).error.code).toBe('TAGS_LIMITED');
    expect(await titlesIn(app, '?in=pinned')).toEqual([]);
    expect(await kinds(app)).toEqual([]);
  });
});

describe('the title of a new chat', () => {
  test.each([
    ['comes from the first question', undefined, 'Hello there'],
    ['stays if the user typed it, even the one of a new chat', 'New chat', 'New chat'],
  ])('%s', async (_name, typed, expected) => {
    const app = await signedInApp();
    const { id } = v.parse(WithId, await app.read('POST', '/api/conversations', {}));
    const path = `/api/conversations/${id}`;
    if (typed !== undefined) await app.read('PATCH', path, { title: typed });
    const turn = { parentId: null, text: 'Hello there', provider: 'demo', model: 'scripted' };
    expect((await app.ask('POST', `${path}/turns`, turn)).status).toBe(200);
    await app.read('POST', `${path}/stop`);
    await app.postern.running.stopAll();
    expect(await titlesIn(app)).toEqual([expected]);
  });
});

describe('the search', () => {
  test('reads filters, and says what a filter with an invalid value needs', async () => {
    const app = await signedInApp();
    const ids = await chats(app, 'a gate', 'another gate');
    const change = { addTags: ['my tag'] };
    await app.read('PATCH', '/api/conversations', { ids: ids.slice(1), change });
    const hits = await app.read('GET', '/api/search?q=gate%20tag:%22my%20tag%22');
    expect(hits).toMatchObject([{ conversationTitle: 'another gate' }]);
    expect(await app.read('GET', '/api/search?q=is:archived')).toEqual([]);
    const response = await app.ask('GET', '/api/search?q=gate%20before:yesterday');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'SEARCH_FILTER_INVALID', remedy: 'Write a date such as 2026-01-31.' },
    });
  });
});

describe('folders', () => {
  test('are created, renamed and deleted without losing a chat', async () => {
    const app = await signedInApp();
    const ids = await chats(app, 'a', 'b');
    await app.read('POST', '/api/folders', { name: 'Empty' });
    expect(await kinds(app)).toEqual(['labels']);
    await app.read('PATCH', '/api/conversations', { ids, change: { folder: 'A/B' } });
    await app.events();
    await app.read('PATCH', '/api/folders', { name: 'A/B', newName: '..' });
    expect(await kinds(app)).toEqual(['sync']);
    expect(await titlesIn(app, '?in=folder&name=..')).toEqual(['a', 'b']);
    await app.read('DELETE', '/api/folders?name=..');
    expect(await kinds(app)).toEqual(['sync']);
    expect(await titlesIn(app)).toEqual(['a', 'b']);
    expect(await app.read('GET', '/api/labels')).toEqual({ folders: ['Empty'], tags: [] });
  });

  test.each([
    ['PATCH', '/api/folders', { name: 'None', newName: 'x' }, 404, 'FOLDER_NOT_FOUND'],
    ['PATCH', '/api/folders', { name: 'One', newName: 'TWO' }, 409, 'FOLDER_EXISTS'],
    ['POST', '/api/folders', { name: '\n' }, 400, 'REQUEST_INVALID'],
    ['DELETE', '/api/folders', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/conversations?in=folder', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/conversations?in=all', undefined, 400, 'REQUEST_INVALID'],
  ])('%s %s %o fails with %i %s', async (method, path, body, status, code) => {
    const app = await signedInApp();
    await app.read('POST', '/api/folders', { name: 'One' });
    await app.read('POST', '/api/folders', { name: 'Two' });
    const response = await app.ask(method, path, body);
    expect([response.status, v.parse(Failure, await response.json()).error.code]).toEqual([
      status,
      code,
    ]);
  });
});

describe('the trash', () => {
  test('has deleted chats until they are restored or deleted permanently', async () => {
    const app = await signedInApp();
    const [a = '', b = '', c = ''] = await chats(app, 'a', 'b', 'c');
    const trash = async (): Promise<readonly string[]> =>
      v
        .parse(v.array(v.object({ title: v.string() })), await app.read('GET', '/api/trash'))
        .map(({ title }) => title)
        .sort();
    for (const id of [a, b, c]) await app.read('DELETE', `/api/conversations/${id}`);
    expect(await trash()).toEqual(['a', 'b', 'c']);
    expect(await kinds(app)).toHaveLength(3);
    await app.read('POST', `/api/conversations/${a}/restore`);
    expect(await kinds(app)).toEqual(['sync']);
    await app.read('DELETE', `/api/trash/${b}`);
    expect(await kinds(app)).toEqual(['trash']);
    expect(await trash()).toEqual(['c']);
    const again = await app.ask('DELETE', `/api/trash/${b}`);
    expect(v.parse(Failure, await again.json()).error.code).toBe('CONVERSATION_NOT_FOUND');
    const kept = await app.ask('DELETE', `/api/trash/${a}`);
    expect(kept.status).toBe(404);
    expect(await kinds(app)).toEqual([]);
    await app.read('DELETE', '/api/trash');
    expect(await kinds(app)).toEqual(['trash']);
    expect(await trash()).toEqual([]);
    expect((await app.ask('POST', `/api/conversations/${c}/restore`)).status).toBe(404);
    expect(await titlesIn(app)).toEqual(['a']);
  });

  test('restores a chat whose folder is gone, in no folder', async () => {
    const app = await signedInApp();
    const ids = await chats(app, 'a');
    await app.read('PATCH', '/api/conversations', { ids, change: { folder: 'F', archived: true } });
    await app.read('DELETE', `/api/conversations/${ids[0] ?? ''}`);
    await app.read('DELETE', '/api/folders?name=F');
    await app.read('POST', `/api/conversations/${ids[0] ?? ''}/restore`);
    expect(await titlesIn(app, '?in=archive')).toEqual(['a']);
    await app.read('PATCH', `/api/conversations/${ids[0] ?? ''}`, { title: 'renamed there' });
    expect(await titlesIn(app, '?in=archive')).toEqual(['renamed there']);
  });
});
