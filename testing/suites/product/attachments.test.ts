import { Buffer } from 'node:buffer';
import type { JsonObject } from '@postern/kernel';
import { SESSION_HEADER } from '@postern/protocol';
import {
  freshHome,
  leakCanary,
  startFakeUpstream,
  textReply,
  upPostern,
  type FakeDialect,
  type FakeUpstream,
  type FreshHome,
  type PosternUp,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addFakeProvider, signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = Buffer.from('%PDF-1.7\nnot much').toString('base64');
const Attached = v.object({ id: v.string() });
const DIALECTS = ['openai-chat', 'anthropic-messages', 'openai-responses'] as const;

let home: FreshHome;
let upstream: FakeUpstream;
let postern: PosternUp;
let app: AppClient;

beforeAll(async () => {
  home = freshHome();
  upstream = await startFakeUpstream();
  postern = await upPostern({ environment: home.environment });
  app = await signIn(postern.launchUrl);
  await app.request('POST', '/api/setup', { storage: 'file', passphrase: PASSPHRASE });
  for (const dialect of DIALECTS) await addFakeProvider(app, upstream, dialect);
});

afterAll(async () => {
  await postern.stop();
  await upstream.close();
  home[Symbol.dispose]();
});

async function attach(name: string, bytes: Buffer<ArrayBuffer>): Promise<string> {
  const path = `/api/attachments?name=${encodeURIComponent(name)}`;
  const response = await fetch(`${postern.pageAddress}${path}`, {
    method: 'POST',
    headers: { cookie: app.cookie, [SESSION_HEADER]: app.secret },
    body: bytes,
  });
  return v.parse(Attached, await response.json()).id;
}

async function newConversation(): Promise<string> {
  return v.parse(Attached, await app.request('POST', '/api/conversations', {})).id;
}

/** The content of the last request, as each dialect sends an image, a PDF, a text and a question. */
const SENT: Readonly<Record<FakeDialect, JsonObject>> = {
  'openai-chat': {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
          {
            type: 'file',
            file: { filename: 'b.pdf', file_data: `data:application/pdf;base64,${PDF}` },
          },
          { type: 'text', text: 'c.svg\n\n<svg/>' },
          { type: 'text', text: 'What is this?' },
        ],
      },
    ],
  },
  'anthropic-messages': {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          {
            type: 'document',
            title: 'b.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: PDF },
          },
          {
            type: 'document',
            title: 'c.svg',
            source: { type: 'text', media_type: 'text/plain', data: '<svg/>' },
          },
          { type: 'text', text: 'What is this?' },
        ],
      },
    ],
  },
  'openai-responses': {
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
          {
            type: 'input_file',
            filename: 'b.pdf',
            file_data: `data:application/pdf;base64,${PDF}`,
          },
          { type: 'input_text', text: 'c.svg\n\n<svg/>' },
          { type: 'input_text', text: 'What is this?' },
        ],
      },
    ],
  },
};

describe('attachments of a message', () => {
  test.each(DIALECTS)(
    'are sent in the form of the dialect %s, and again later',
    async (provider) => {
      const attachments = [
        await attach('a.png', Buffer.from(PNG, 'base64')),
        await attach('b.pdf', Buffer.from(PDF, 'base64')),
        await attach('c.svg', Buffer.from('<svg/>')),
      ];
      const id = await newConversation();
      const turn = { parentId: null, text: 'What is this?', attachments, provider, model: 'any' };
      upstream.next(textReply('A dot.'));
      const events = await app.turn(id, turn);
      expect(events.at(-1)).toMatchObject({ kind: 'done', answer: { status: 'complete' } });
      expect(upstream.requests.at(-1)?.json).toMatchObject(SENT[provider]);
      expect(upstream.violations).toEqual([]);
      expect(JSON.stringify(await app.request('GET', `/api/conversations/${id}`))).not.toContain(
        PNG,
      );

      const answerId = v.parse(
        v.object({ answer: Attached }),
        events.find((event) => JSON.stringify(event).startsWith('{"kind":"done"')),
      ).answer.id;
      upstream.next(textReply('Yes.'));
      await app.turn(id, { parentId: answerId, text: 'Sure?', provider, model: 'any' });
      expect(JSON.stringify(upstream.requests.at(-1)?.json)).toContain(PNG);
    },
  );

  test('can be the whole message, which is named after the first one', async () => {
    const id = await newConversation();
    const attachments = [await attach('chart.png', Buffer.from(PNG, 'base64'))];
    upstream.next(textReply('A dot.'));
    await app.turn(id, { parentId: null, attachments, provider: 'openai-chat', model: 'any' });
    const view = await app.request('GET', `/api/conversations/${id}`);
    expect(view).toMatchObject({
      conversation: { title: 'chart.png' },
      messages: [{ parts: [{ kind: 'attachment', name: 'chart.png' }] }, { role: 'assistant' }],
    });
  });

  test('are in no file in readable form, and are deleted with their chat', async () => {
    const canary = leakCanary();
    const text = canary.plant('an attachment', (mark) => `secret ${mark} `.repeat(20_000));
    const attachment = await attach('a.txt', Buffer.from(text));
    const id = await newConversation();
    upstream.next(textReply('Fine.'));
    const turn = { parentId: null, attachments: [attachment], model: 'any' };
    await app.turn(id, { ...turn, provider: 'openai-chat' });
    canary.searchFiles(home.path);
    canary.expectNone();
    await app.request('DELETE', `/api/conversations/${id}`);
    await app.request('DELETE', `/api/trash/${id}`);
    await expect(app.request('GET', `/api/attachments/${attachment}`)).rejects.toThrow(
      'ATTACHMENT_NOT_FOUND',
    );
  });

  test('are named, not sent, if the model is known not to read them', async () => {
    const id = await newConversation();
    const attachments = [
      await attach('a.png', Buffer.from(PNG, 'base64')),
      await attach('c.svg', Buffer.from('<svg/>')),
    ];
    upstream.next(textReply('A dot.'));
    const turn = { parentId: null, attachments, provider: 'openai-chat', model: 'any' };
    await app.turn(id, { ...turn, omits: ['image', 'file'] });
    expect(upstream.requests.at(-1)?.json).toMatchObject({
      messages: [
        {
          content: [
            { type: 'text', text: "[The file a.png (image/png) is omitted: you can't read it.]" },
            { type: 'text', text: 'c.svg\n\n<svg/>' },
          ],
        },
      ],
    });
  });

  test('stay with an edited question, except those that are removed', async () => {
    const id = await newConversation();
    const attachments = [
      await attach('a.png', Buffer.from(PNG, 'base64')),
      await attach('b.txt', Buffer.from('text')),
    ];
    upstream.next(textReply('A dot.'));
    const turn = { parentId: null, text: 'x', attachments, provider: 'openai-chat', model: 'any' };
    await app.turn(id, turn);
    const Messages = v.object({
      messages: v.array(v.object({ id: v.string(), parts: v.array(v.looseObject({})) })),
    });
    const view = v.parse(Messages, await app.request('GET', `/api/conversations/${id}`));
    const path = `/api/conversations/${id}/messages`;
    const message = view.messages[0]?.id;
    const edit = async (change: JsonObject): Promise<unknown> =>
      await app.request('POST', path, { message, ...change });
    expect(await edit({ text: 'y' })).toMatchObject({
      parts: [{ name: 'a.png' }, { name: 'b.txt' }, { kind: 'text', text: 'y' }],
    });
    expect(await edit({ text: '', attachments: attachments.slice(1) })).toMatchObject({
      parts: [{ kind: 'attachment', name: 'b.txt' }],
    });
    await expect(edit({ text: '', attachments: [] })).rejects.toThrow('REQUEST_INVALID');
  });

  test('that no longer exist are refused before anything is sent', async () => {
    const id = await newConversation();
    const before = upstream.requests.length;
    const turn = { parentId: null, text: 'x', provider: 'openai-chat', model: 'any' };
    await expect(app.turn(id, { ...turn, attachments: ['0'.repeat(26)] })).rejects.toThrow(
      'ATTACHMENT_NOT_FOUND',
    );
    expect(upstream.requests.length).toBe(before);
    expect(await app.request('GET', `/api/conversations/${id}`)).toMatchObject({ messages: [] });
  });
});
