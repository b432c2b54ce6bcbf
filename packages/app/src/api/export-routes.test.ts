import { ChatExportSchema } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { SESSION_HEADER } from '@postern/protocol';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loopbackListener, placeOf } from '../server/listener.ts';
import { signInsOf } from '../server/serve.ts';
import type { Sessions } from '../server/sessions.ts';
import type { Postern } from '../postern.ts';
import type { Stores } from '../stores/stores.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { composeInDirectory } from '../testing/compose-in-directory.ts';
import { noProgram } from '../testing/no-program.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { createAppApi } from './app-api.ts';

const host = 'localhost:7420';

let postern: Postern;
let stores: Stores;
let sessions: Sessions;
let send: (path: string, body: unknown) => Promise<Response>;

beforeEach(async () => {
  postern = await composeInDirectory(scratchDirectory());
  valueOf(await postern.setUp({ storage: 'file', passphrase: 'three blind mice run' }));
  const open = postern.stores();
  if (open === undefined) throw new Error('locked');
  stores = open;
  const signIns = signInsOf({ postern, randomness: systemRandomness });
  ({ sessions } = signIns);
  const app = createAppApi({
    ...{
      postern,
      ...signIns,
      place: placeOf(loopbackListener(7420), 7420),
      version: '0.0.0',
      program: noProgram,
    },
    onFault: () => undefined,
  });
  let pass: Record<string, string> = {};
  send = async (path, body) =>
    await app.request(`http://${host}${path}`, {
      method: 'POST',
      headers: { host, 'content-type': 'application/json', ...pass },
      body: JSON.stringify(body),
    });
  const signedIn = await send('/api/session', { code: sessions.newLaunchCode() });
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
  const { secret } = v.parse(v.object({ secret: v.string() }), await signedIn.json());
  pass = { cookie, [SESSION_HEADER]: secret };
});

afterEach(async () => {
  await postern.close();
});

/** Chats that are longer than one chunk of a stream. */
function addChats(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const { id } = expectOk(stores.conversations.create({ title: `Chat ${String(index)}` }));
    expectOk(
      stores.conversations.addMessage({
        ...{ conversationId: id, parentId: null, role: 'user', status: 'complete' },
        parts: [{ kind: 'text', text: 'x'.repeat(100_000) }],
      }),
    );
    return id;
  });
}

async function records(): Promise<readonly string[]> {
  const found: string[] = [];
  await stores.audit.forEach(({ action, outcome, count, reason }) => {
    if (action === 'chat.export') found.push([outcome, count, reason].join(' ').trim());
  });
  return found;
}

describe('an export over the app API', () => {
  test('is a download of every chat, recorded with their number', async () => {
    addChats(3);
    const response = await send('/api/exports', { chats: 'all', format: 'json' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="postern-chats.json"',
    );
    const { chats } = v.parse(ChatExportSchema, await response.json());
    expect(chats).toEqual(
      expectOk(stores.conversations.ids()).map((id) => expectOk(stores.conversations.open(id))),
    );
    expect(await records()).toEqual(['success 3']);
  });

  test('contains only the chats that are named', async () => {
    const [first = '', second = ''] = addChats(3);
    const response = await send('/api/exports', { chats: [second, first], format: 'json' });
    const { chats } = v.parse(ChatExportSchema, await response.json());
    expect(chats.map(({ conversation }) => conversation.id)).toEqual([second, first]);
  });

  test.each([['all of them, misspelt'], [[]], [['not an id']]])(
    'rejects invalid chats: %j',
    async (chats) => {
      expect((await send('/api/exports', { chats, format: 'json' })).status).toBe(400);
      expect(await records()).toEqual([]);
    },
  );

  test('fails for an unknown chat, and records nothing', async () => {
    const response = await send('/api/exports', { chats: ['0'.repeat(26)], format: 'html' });
    expect(response.status).toBe(404);
    expect(await records()).toEqual([]);
  });

  test.each([
    [
      'its session ends',
      async () => {
        sessions.endAll();
        await Promise.resolve();
      },
    ],
    [
      'the vault is locked',
      async () => {
        await postern.locking.lock('ASKED');
      },
    ],
  ])('is cut off, not ended, when %s', async (_name, end) => {
    addChats(5);
    const response = await send('/api/exports', { chats: 'all', format: 'markdown' });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await end();
    const rest = async (): Promise<void> => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toThrow();
  });
});
