import { act, render, screen } from '@testing-library/react';
import type { Conversation, Message, PageEvent } from '@postern/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conversationList } from '../conversations/conversation-list.ts';
import { models } from '../models/models.ts';
import { navigate } from '../navigation/route.ts';
import { failure, fakeServer, held, json, turnStream } from '../testing/fake-server.ts';
import { appState, conversation, idOf, message, modelGroup } from '../testing/page-data.ts';
import { Main } from './main.tsx';

const server = fakeServer();
const CHAT = conversation(1, 'First');
const EVENTS = 'GET /api/events';
const PATH = `/api/conversations/${CHAT.id}`;
const QUESTION = message(1, 'Hi', { role: 'user', parentId: null });
const ANSWER = message(2, 'Hello', { role: 'assistant', parentId: idOf(1) });

let events: ReturnType<typeof turnStream>;

const listed = (...conversations: readonly Conversation[]): void => {
  server.reply('GET /api/conversations', json({ conversations, next: null }));
};
const stored = (...messages: readonly Message[]): void => {
  server.reply(`GET ${PATH}`, json({ conversation: CHAT, messages }));
};
const titles = (): readonly string[] => conversationList.get().conversations.map((c) => c.title);
const send = async (event: PageEvent): Promise<void> => {
  await act(async () => {
    events.send(event);
    await Promise.resolve();
  });
};

beforeEach(async () => {
  events = turnStream();
  server.reply(EVENTS, () => events.reply());
  server.reply('GET /api/models', json([modelGroup('Acme', 'a-1')]));
  server.reply('GET /api/drafts', json([]));
  models.set({ status: 'loaded', groups: [modelGroup('Acme', 'a-1')] });
  listed(CHAT);
  stored(QUESTION, ANSWER);
  navigate({ at: 'conversation', id: CHAT.id });
  render(<Main state={appState()} />);
  await screen.findByText('Hello');
  await expect.poll(() => server.sentTo(EVENTS)).toHaveLength(1);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the events of other pages', () => {
  it('add, rename and delete chats in the list', async () => {
    await send({ kind: 'conversation', conversation: { ...conversation(2, 'Second') } });
    await expect.poll(titles).toEqual(['First', 'Second']);
    await send({ kind: 'conversation', conversation: { ...CHAT, title: 'Renamed' } });
    await expect.poll(titles).toEqual(['Renamed', 'Second']);
    await screen.findByRole('heading', { name: 'Renamed' });
    await send({ kind: 'conversation-deleted', id: conversation(2).id });
    await expect.poll(titles).toEqual(['Renamed']);
  });

  it('don’t add a chat that belongs to a later page of the list', async () => {
    conversationList.update((now) => ({ ...now, next: CHAT.id }));
    await send({ kind: 'conversation', conversation: { ...conversation(9, 'Old') } });
    await send({ kind: 'conversation', conversation: { ...CHAT, title: 'Renamed' } });
    await expect.poll(titles).toEqual(['Renamed']);
  });

  it('reload what is shown after a gap', async () => {
    listed(CHAT, conversation(2, 'Missed'));
    stored(QUESTION, { ...ANSWER, parts: [{ kind: 'text', text: 'Missed answer' }] });
    await send({ kind: 'sync' });
    await screen.findByText('Missed answer');
    await expect.poll(titles).toEqual(['First', 'Missed']);
  });

  it('that come while the list is reloaded aren’t undone by the older response', async () => {
    const chats = [CHAT, conversation(2, 'Second'), conversation(4, 'Fourth')];
    const older = held(json({ conversations: chats, next: null }));
    server.reply('GET /api/conversations', older.reply);
    await send({ kind: 'sync' });
    await expect.poll(() => server.sentTo('GET /api/conversations')).toHaveLength(2);
    await send({ kind: 'conversation', conversation: conversation(3, 'Third') });
    await send({ kind: 'conversation-deleted', id: conversation(2).id });
    older.release();
    await expect.poll(() => titles().toSorted()).toEqual(['First', 'Fourth', 'Third']);
  });

  it('show a turn that another page began, and its answer', async () => {
    const question = message(3, 'More', { role: 'user', parentId: idOf(2) });
    const answer = message(4, 'Su', {
      role: 'assistant',
      parentId: idOf(3),
      status: 'streaming',
    });
    stored(QUESTION, ANSWER, question, answer);
    const stream = turnStream();
    server.reply(`GET ${PATH}/answer`, stream.reply);
    await send({ kind: 'answer-began', conversation: CHAT, answerId: answer.id });
    await screen.findByText('More');
    stream.send({ kind: 'started', question, answer });
    stream.send({
      kind: 'done',
      answer: { ...answer, parts: [{ kind: 'text', text: 'Sure' }], status: 'complete' },
      conversation: CHAT,
    });
    await screen.findByText('Sure');
    const loads = server.sentTo(`GET ${PATH}`).length;
    await send({ kind: 'answer-ended', conversation: CHAT, answerId: answer.id });
    expect(server.sentTo(`GET ${PATH}`)).toHaveLength(loads);
  });

  it('say that the shown chat was deleted', async () => {
    server.reply(`GET ${PATH}`, failure('CONVERSATION_NOT_FOUND', 'There is no such chat.'));
    await send({ kind: 'conversation-deleted', id: CHAT.id });
    await screen.findByText('There is no such chat.');
    expect(titles()).toEqual([]);
  });

  it('come again after the stream was cut', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const cut = events;
    events = turnStream();
    cut.end();
    await vi.advanceTimersByTimeAsync(1999);
    expect(server.sentTo(EVENTS)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.sentTo(EVENTS)).toHaveLength(2);
  });

  it('don’t come while the page is hidden', async () => {
    const visibility = vi.spyOn(document, 'visibilityState', 'get');
    const change = (state: DocumentVisibilityState): void => {
      visibility.mockReturnValue(state);
      act(() => {
        document.dispatchEvent(new Event('visibilitychange'));
      });
    };
    change('hidden');
    await send({ kind: 'conversation-deleted', id: CHAT.id });
    expect(titles()).toEqual(['First']);
    events = turnStream();
    change('visible');
    await expect.poll(() => server.sentTo(EVENTS)).toHaveLength(2);
    await send({ kind: 'conversation-deleted', id: CHAT.id });
    await expect.poll(titles).toEqual([]);
  });
});
