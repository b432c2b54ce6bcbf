import { createMemoryConversations } from '@postern/conversations';
import { expectOk } from '@postern/kernel';
import { messageId, type Conversation, type ConversationId, type Message } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { createSessions, type Session } from '../server/sessions.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { valueOf } from '../testing/value-of.ts';
import { PrivateChats, type PageOfSession } from './private-chats.ts';
import { RunningAnswers } from './running-answers.ts';

const CHOICE = { provider: 'box', model: 'any' };
const environment = { clock: systemClock, randomness: systemRandomness };

/** Private chats with sessions, and timers that the test ends. */
function privateChats() {
  const running = new RunningAnswers();
  const sessions = createSessions(systemClock, systemRandomness);
  const timers = new Map<() => void, number>();
  const schedule = (work: () => void, delayMs: number) => {
    timers.set(work, delayMs);
    return () => timers.delete(work);
  };
  const chats = new PrivateChats({ ...environment, running, schedule });
  const newSession = (): Session => {
    const pass = sessions.redeem(sessions.newLaunchCode(), { browser: 'x', token: undefined });
    const session = sessions.find(pass?.token ?? '', pass?.secret ?? '');
    if (session === undefined) throw new Error('no session');
    return session;
  };
  return { chats, running, sessions, timers, newSession };
}

type World = ReturnType<typeof privateChats>;

const page = ({ newSession }: World, key = 'page-1'): PageOfSession => ({
  session: newSession(),
  key,
});

function ask({ chats }: World, of: PageOfSession, { id }: Conversation, text: string): Message {
  const store = chats.find(of, id);
  if (store === undefined) throw new Error('no chat');
  return expectOk(
    store.addMessage({
      conversationId: id,
      parentId: null,
      role: 'user',
      parts: [{ kind: 'text', text }],
      status: 'complete',
    }),
  );
}

/** An answer that runs until it is stopped. */
function answerIn({ running }: World, conversationId: ConversationId): AbortSignal {
  const answer: Message = {
    id: messageId.from('1'.repeat(26)),
    conversationId,
    parentId: null,
    role: 'assistant',
    parts: [],
    status: 'streaming',
    createdAtMs: 1,
  };
  const slot = running.begin({ question: undefined, answer, partsSoFar: () => [] });
  slot.signal.addEventListener('abort', () => {
    slot.end(undefined);
  });
  return slot.signal;
}

describe('a private chat', () => {
  test('has no title of its own, and is found only by the page that began it', () => {
    const world = privateChats();
    const own = page(world);
    const chat = valueOf(world.chats.begin(own, CHOICE));
    expect(chat).toMatchObject({ title: 'Private chat', ...CHOICE });
    expect(world.chats.find(own, chat.id)).toBeDefined();
    expect(world.chats.has(chat.id)).toBe(true);
    expect(world.chats.find({ ...own, key: 'page-2' }, chat.id)).toBeUndefined();
    expect(world.chats.find(page(world), chat.id)).toBeUndefined();
    expect(world.chats.find(undefined, chat.id)).toBeUndefined();
  });

  test.each<[string, (world: World, own: PageOfSession, id: ConversationId) => unknown]>([
    ['it is closed', ({ chats }, own, id) => chats.close(own, id)],
    ['its page is closed', ({ chats }, own) => chats.closePage(own)],
    [
      'its session ends',
      ({ sessions }, { session }) => {
        sessions.end(session.id);
      },
    ],
    [
      'the sessions are locked',
      ({ sessions }) => {
        sessions.lockAll();
      },
    ],
    ['the vault is locked', ({ chats }) => chats.closeAll()],
  ])('is gone when %s, and its answer is stopped', async (_name, act) => {
    const world = privateChats();
    const own = page(world);
    const { id } = valueOf(world.chats.begin(own, CHOICE));
    const store = world.chats.find(own, id);
    const signal = answerIn(world, id);
    const acting = act(world, own, id);
    expect([world.chats.has(id), world.chats.find(own, id)]).toEqual([false, undefined]);
    await acting;
    expect(signal.aborted).toBe(true);
    expect(() => store?.open(id)).toThrow();
    expect(world.timers.size).toBe(0);
  });

  test('is not closed by another page', async () => {
    const world = privateChats();
    const own = page(world);
    const { id } = valueOf(world.chats.begin(own, CHOICE));
    expect(await world.chats.close({ ...own, key: 'page-2' }, id)).toBe(false);
    await world.chats.closePage({ ...own, key: 'page-2' });
    await world.chats.closePage(page(world));
    expect(world.chats.has(id)).toBe(true);
  });

  test('is closed two minutes after its page has lost its last event stream', () => {
    const world = privateChats();
    const own = page(world);
    const { id } = valueOf(world.chats.begin(own, CHOICE));
    expect([...world.timers.values()]).toEqual([120_000]);
    const [first, second] = [world.chats.attend(own), world.chats.attend(own)];
    expect(world.timers.size).toBe(0);
    first[Symbol.dispose]();
    expect(world.timers.size).toBe(0);
    second[Symbol.dispose]();
    const again = world.chats.attend(own);
    expect(world.timers.size).toBe(0);
    again[Symbol.dispose]();
    expect(world.chats.has(id)).toBe(true);
    for (const end of world.timers.keys()) end();
    expect(world.chats.has(id)).toBe(false);
  });

  test('cannot be begun beside eight others, or by a session that has ended', async () => {
    const world = privateChats();
    const own = page(world);
    const ids = Array.from({ length: 8 }, () => valueOf(world.chats.begin(own, CHOICE)).id);
    const limited = { ok: false, failure: { code: 'PRIVATE_CHATS_LIMITED' } };
    expect(world.chats.begin(own, CHOICE)).toMatchObject(limited);
    expect(world.chats.begin(page(world), CHOICE)).toMatchObject(limited);
    for (const id of ids) await world.chats.close(own, id);
    expect(world.chats.begin(own, CHOICE).ok).toBe(true);
    world.sessions.endAll();
    expect(world.chats.begin(own, CHOICE)).toMatchObject({ failure: { code: 'SESSION_REQUIRED' } });
  });

  test('takes no message that makes it longer than 8 million characters', () => {
    const world = privateChats();
    const own = page(world);
    const chat = valueOf(world.chats.begin(own, CHOICE));
    expect(world.chats.refusal(chat.id, 4_000_000)).toBeUndefined();
    ask(world, own, chat, 'x'.repeat(4_000_000));
    expect(world.chats.refusal(chat.id, 4_000_000)).toBeUndefined();
    ask(world, own, chat, 'x'.repeat(4_000_000));
    expect(world.chats.refusal(chat.id, 4_000_000)).toBe('PRIVATE_CHAT_FULL');
  });
});

describe('keeping a private chat', () => {
  test('moves it into the store, with a title from its first question', () => {
    const world = privateChats();
    const own = page(world);
    const chat = valueOf(world.chats.begin(own, CHOICE));
    const question = ask(world, own, chat, 'Why is the sky blue?');
    const kept = createMemoryConversations(environment);
    const foreign = world.chats.keep({ ...own, key: 'page-2' }, chat.id, kept);
    expect(foreign).toMatchObject({ failure: { code: 'CONVERSATION_NOT_FOUND' } });
    const title = 'Why is the sky blue?';
    expect(world.chats.keep(own, chat.id, kept)).toMatchObject({ value: { id: chat.id, title } });
    expect(expectOk(kept.open(chat.id)).messages).toEqual([question]);
    expect(world.chats.has(chat.id)).toBe(false);
  });

  test('waits for the end of its answer', () => {
    const world = privateChats();
    const own = page(world);
    const { id } = valueOf(world.chats.begin(own, CHOICE));
    answerIn(world, id);
    const kept = createMemoryConversations(environment);
    const refused = world.chats.keep(own, id, kept);
    expect(refused).toMatchObject({ failure: { code: 'ANSWER_RUNNING' } });
    expect(expectOk(kept.list({ limit: 5 })).conversations).toEqual([]);
    expect(world.chats.has(id)).toBe(true);
  });
});
