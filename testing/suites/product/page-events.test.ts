import { encodeUtf8, expectOk, sseParser } from '@postern/kernel';
import { SESSION_HEADER } from '@postern/protocol';
import {
  freshHome,
  runPostern,
  startFakeUpstream,
  textReply,
  upPostern,
  type FakeUpstream,
  type FreshHome,
  type PosternUp,
} from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signIn, type AppClient } from './app-client.ts';
import { PASSPHRASE } from './walk-first-run.ts';

const TURN = { parentId: null, text: 'Hello', provider: 'box', model: 'any' };
const WithId = v.object({ id: v.string() });

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
  await app.request('POST', '/api/providers', {
    id: 'box',
    label: 'Box',
    dialect: 'openai-chat',
    auth: 'none',
    baseUrl: upstream.baseUrls['openai-chat'],
  });
});

afterAll(async () => {
  await postern.stop();
  await upstream.close();
  home[Symbol.dispose]();
});

async function newConversation(): Promise<string> {
  return v.parse(WithId, await app.request('POST', '/api/conversations', {})).id;
}

const Event = v.union([
  v.object({ kind: v.literal('sync') }),
  v.object({ kind: v.literal('conversation-deleted'), id: v.string() }),
  v.object({
    kind: v.picklist(['conversation', 'answer-began', 'answer-ended']),
    conversation: v.object({ id: v.string(), title: v.string() }),
  }),
]);

/** An event as a short line: `answer-began Hello`. */
function lineOf(data: string): string {
  const event = v.parse(Event, JSON.parse(data));
  if ('conversation' in event) return `${event.kind} ${event.conversation.title}`;
  return event.kind;
}

/** Opens the event stream of one page, and returns when it has begun. */
async function openEvents(): Promise<{
  /** The next events. */
  readonly next: (count: number) => Promise<readonly string[]>;
  /** Resolves when the process ends the stream. */
  readonly ended: () => Promise<void>;
}> {
  const response = await fetch(`${postern.pageAddress}/api/events`, {
    headers: { cookie: app.cookie, [SESSION_HEADER]: app.secret },
  });
  expect(response.status).toBe(200);
  const parser = sseParser();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const lines: string[] = [];
  const read = async (): Promise<boolean> => {
    const chunk = await reader?.read();
    const events = expectOk(parser.push(encodeUtf8(chunk?.value ?? '')));
    lines.push(...events.map(({ data }) => lineOf(data)));
    return chunk?.done === false;
  };
  const next = async (count: number): Promise<readonly string[]> => {
    while (lines.length < count) expect(await read()).toBe(true);
    return lines.splice(0, count);
  };
  expect(await next(1)).toEqual(['sync']);
  return {
    next,
    ended: async () => {
      while (await read());
    },
  };
}

describe('the event stream of a page', () => {
  test('has every change of every page, in order', async () => {
    const [first, second] = [await openEvents(), await openEvents()];
    const id = await newConversation();
    const path = `/api/conversations/${id}`;
    upstream.next(textReply('Hi'));
    await app.turn(id, TURN);
    await app.request('PATCH', path, { title: 'Renamed' });
    await app.request('DELETE', path);
    await app.request('POST', `${path}/restore`);
    const lines = [
      'conversation New chat',
      'answer-began Hello',
      'answer-ended Hello',
      'conversation Renamed',
      'conversation-deleted',
      'sync',
    ];
    expect(await first.next(6)).toEqual(lines);
    expect(await second.next(6)).toEqual(lines);
  });

  test('ends when four newer ones of the same session are open', async () => {
    const oldest = await openEvents();
    const others = [await openEvents(), await openEvents(), await openEvents(), await openEvents()];
    await oldest.ended();
    await newConversation();
    for (const each of others) expect(await each.next(1)).toEqual(['conversation New chat']);
  });

  test('ends with the session', async () => {
    const events = await openEvents();
    await app.request('DELETE', '/api/session');
    await events.ended();
  });

  test('ends when Postern stops', async () => {
    app = await signIn(
      (await runPostern(['open'], { environment: home.environment })).stdout.trim(),
    );
    const events = await openEvents();
    const stopped = postern.stop();
    await events.ended();
    expect(await stopped).toMatchObject({ code: 0 });
  });
});

describe('an outdated turn', () => {
  test('is refused, and a version on purpose is not', async () => {
    const again = await upPostern({ environment: home.environment, passphrase: PASSPHRASE });
    const page = await signIn(again.launchUrl);
    const created = v.parse(WithId, await page.request('POST', '/api/conversations', {}));
    const path = `/api/conversations/${created.id}`;
    upstream.next(textReply('Hi'));
    await page.turn(created.id, TURN);
    const before = await page.request('GET', path);
    await expect(page.turn(created.id, { ...TURN, text: 'Late' })).rejects.toThrow(
      'CONVERSATION_CHANGED',
    );
    expect(await page.request('GET', path)).toEqual(before);
    upstream.next(textReply('Hi again'));
    await page.turn(created.id, { ...TURN, text: 'Edited', branch: true });
    const View = v.object({ messages: v.array(v.unknown()) });
    expect(v.parse(View, await page.request('GET', path)).messages).toHaveLength(4);
    await again.stop();
  });
});
