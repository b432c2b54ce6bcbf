import { expectOk } from '@postern/kernel';
import { MAX_MESSAGES_AT_ONCE, type Conversation, type Message } from '@postern/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Postern } from '../postern.ts';
import { composeInDirectory } from '../testing/compose-in-directory.ts';
import { scratchDirectory } from '../testing/scratch-directory.ts';
import { valueOf } from '../testing/value-of.ts';
import { messageRoutes } from './conversation-routes.ts';

let postern: Postern;
let conversation: Conversation;

beforeEach(async () => {
  postern = await composeInDirectory(scratchDirectory());
  valueOf(await postern.setUp({ storage: 'file', passphrase: 'three blind mice run' }));
  conversation = expectOk(conversations().create({ title: 'Long' }));
});

afterEach(async () => {
  await postern.close();
});

function conversations(): NonNullable<ReturnType<Postern['stores']>>['conversations'] {
  const stores = postern.stores();
  if (stores === undefined) throw new Error('locked');
  return stores.conversations;
}

/** Stores a line of messages. */
function say(count: number, status: Message['status'] = 'complete'): readonly Message[] {
  const said: Message[] = [];
  for (let at = 0; at < count; at += 1) {
    const input = {
      conversationId: conversation.id,
      parentId: said.at(-1)?.id ?? null,
      role: at % 2 === 0 ? 'user' : 'assistant',
      parts: [{ kind: 'text', text: `message ${String(at)}` }],
      status,
    } as const;
    said.push(expectOk(conversations().addMessage(input)));
  }
  return said;
}

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await messageRoutes(postern).request(`/conversations/${path}`);
  return { status: response.status, body: await response.json() };
}

test('a conversation opens with its newest 100 messages and an outline of the others', async () => {
  const said = say(103);
  const { body } = await get(conversation.id);
  expect(body).toMatchObject({
    earlier: said.slice(0, 3).map(({ id, parentId, role }) => ({ id, parentId, role })),
    messages: said.slice(3),
  });
  expect(JSON.stringify(body)).not.toContain('message 2"');
});

test('other messages are got by their ids', async () => {
  const said = say(3);
  const ids = `${said[2]?.id ?? ''},${said[0]?.id ?? ''}`;
  const { status, body } = await get(`${conversation.id}/messages?ids=${ids}`);
  expect(status).toBe(200);
  expect(body).toEqual([said[0], said[2]]);
});

test('an answer that no process continues is interrupted in both', async () => {
  const [message] = say(1, 'streaming');
  const interrupted = { id: message?.id, status: 'interrupted' };
  expect((await get(conversation.id)).body).toMatchObject({ messages: [interrupted] });
  const { body } = await get(`${conversation.id}/messages?ids=${message?.id ?? ''}`);
  expect(body).toMatchObject([interrupted]);
});

test.each([
  ['no ids', ''],
  ['a text that is no id', 'x'],
  ['too many ids', Array.from({ length: MAX_MESSAGES_AT_ONCE + 1 }, () => '0'.repeat(26)).join()],
])('a request with %s is refused', async (_name, ids) => {
  const { status, body } = await get(`${conversation.id}/messages?ids=${ids}`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: { code: 'REQUEST_INVALID' } });
});
