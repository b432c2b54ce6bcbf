import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { Message, MessageOutline, TurnEvent } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { models } from '../models/models.ts';
import { failure, fakeServer, held, json, noContent, turnStream } from '../testing/fake-server.ts';
import { conversation, idOf, message, modelGroup } from '../testing/page-data.ts';
import { applyToChat, closeChats, openChat } from './chat.ts';
import { ChatPage } from './chat-page.tsx';

const server = fakeServer();
const CHAT = conversation(1);
const PATH = `/api/conversations/${CHAT.id}`;
const QUESTION = message(1, 'Hi', { role: 'user', parentId: null });

const answer = (text: string, status: Message['status']): Message =>
  message(2, text, { role: 'assistant', parentId: idOf(1), status });
const more = (text: string): TurnEvent => ({
  kind: 'answer',
  answerId: idOf(2),
  event: { kind: 'part-delta', index: 0, delta: { kind: 'text', text } },
});

/** Sets the stored messages. */
function store(...messages: readonly Message[]): void {
  server.reply(`GET ${PATH}`, json({ conversation: CHAT, messages }));
}

function show(): ReturnType<typeof render> {
  const route = { at: 'conversation', id: CHAT.id } as const;
  return render(<ChatPage route={route} onSidebar={() => undefined} />);
}

const sent = (route: string): number => server.sentTo(route).length;

beforeEach(() => {
  closeChats();
  models.set({ status: 'loaded', groups: [modelGroup('Acme', 'a-1')] });
});

describe('a running answer', () => {
  it('is shown from its beginning by a page that opens its chat', async () => {
    store(QUESTION, answer('One', 'streaming'));
    const stream = turnStream();
    server.reply(`GET ${PATH}/answer`, stream.reply);
    show();
    await screen.findByText('One');
    await screen.findByRole('button', { name: 'Stop (Esc)' });
    stream.send({ kind: 'started', question: QUESTION, answer: answer('One two', 'streaming') });
    stream.send(more(' three'));
    await screen.findByText('One two three');
    stream.send({
      kind: 'done',
      answer: answer('One two three four', 'complete'),
      conversation: CHAT,
    });
    await screen.findByText('One two three four');
    await screen.findByRole('button', { name: 'Send' });
  });

  it('is replaced when the stream begins anew', async () => {
    store(QUESTION, answer('', 'streaming'));
    const stream = turnStream();
    server.reply(`GET ${PATH}/answer`, stream.reply);
    show();
    stream.send({ kind: 'started', answer: answer('One', 'streaming') });
    stream.send(more(' two'));
    await screen.findByText('One two');
    stream.send({ kind: 'started', answer: answer('One two three', 'streaming') });
    stream.send(more(' four'));
    await screen.findByText('One two three four');
  });

  it('is followed again when the stream is cut', async () => {
    store(QUESTION, answer('', 'streaming'));
    const [first, second] = [turnStream(), turnStream()];
    server.reply(`POST ${PATH}/turns`, first.reply);
    server.reply(`GET ${PATH}/answer`, second.reply);
    store();
    show();
    await userEvent.type(screen.getByLabelText('Message'), 'Hi{Enter}');
    await expect.poll(() => sent(`POST ${PATH}/turns`)).toBe(1);
    first.send({ kind: 'started', question: QUESTION, answer: answer('', 'streaming') });
    await screen.findByRole('button', { name: 'Stop (Esc)' });
    store(QUESTION, answer('One', 'streaming'));
    first.end();
    await expect.poll(() => sent(`GET ${PATH}/answer`), { timeout: 10_000 }).toBe(1);
    second.send({ kind: 'started', question: QUESTION, answer: answer('One two', 'streaming') });
    await screen.findByText('One two');
    second.send({ kind: 'done', answer: answer('One two.', 'complete'), conversation: CHAT });
    await screen.findByText('One two.');
  });

  it('that has ended meanwhile is loaded', async () => {
    store(QUESTION, answer('One', 'streaming'));
    server.reply(`GET ${PATH}/answer`, () => {
      store(QUESTION, answer('One two', 'complete'));
      return noContent()();
    });
    show();
    await screen.findByText('One two');
    await screen.findByRole('button', { name: 'Send' });
    expect(sent(`GET ${PATH}/answer`)).toBe(1);
  });

  it('is no longer followed when its chat isn’t shown, and goes on', async () => {
    store(QUESTION, answer('One', 'streaming'));
    server.reply(`GET ${PATH}/answer`, () => turnStream().reply());
    const { unmount } = show();
    await expect.poll(() => sent(`GET ${PATH}/answer`)).toBe(1);
    const { follower } = openChat(CHAT.id);
    expect(follower?.signal.aborted).toBe(false);
    act(unmount);
    expect(follower?.signal.aborted).toBe(true);
    expect(sent(`POST ${PATH}/stop`)).toBe(0);
    show();
    await expect.poll(() => sent(`GET ${PATH}/answer`)).toBe(2);
  });

  it('of another page is shown when this page’s question is rejected', async () => {
    store();
    server.reply(`POST ${PATH}/turns`, failure('ANSWER_RUNNING', 'An answer is in progress.'));
    server.reply(`GET ${PATH}/answer`, turnStream().reply);
    show();
    await userEvent.type(screen.getByLabelText('Message'), 'Mine');
    store(QUESTION, answer('One', 'streaming'));
    await userEvent.keyboard('{Enter}');
    await screen.findByText('An answer is in progress.');
    await screen.findByText('One');
    expect(screen.getByLabelText('Message')).toHaveProperty('value', 'Mine');
  });

  it('ends on the page when its chat was deleted on another page', async () => {
    store(QUESTION, answer('One', 'streaming'));
    server.reply(`GET ${PATH}/answer`, () => {
      server.reply(`GET ${PATH}`, failure('CONVERSATION_NOT_FOUND', 'There is no such chat.'));
      return noContent()();
    });
    show();
    await screen.findByText('There is no such chat.');
    expect(screen.queryByRole('button', { name: 'Stop (Esc)' })).toBeNull();
  });
});

describe('a long chat', () => {
  const outlineOf = ({ id, parentId, role, createdAtMs }: Message): MessageOutline => ({
    ...{ id, parentId, role, createdAtMs },
  });
  const LATER = message(3, 'Later', { role: 'user', parentId: idOf(2) });
  const MESSAGES = `GET ${PATH}/messages?ids=${[idOf(1), idOf(2)].join()}`;

  it('loads the earlier messages when they are to be shown, in one request', async () => {
    const earlier = [QUESTION, answer('One', 'complete')];
    const view = { conversation: CHAT, earlier: earlier.map(outlineOf), messages: [LATER] };
    server.reply(`GET ${PATH}`, json(view));
    server.reply(MESSAGES, json(earlier));
    show();
    await screen.findByText('Later');
    await screen.findByText('Hi');
    await screen.findByText('One');
    expect(sent(MESSAGES)).toBe(1);
  });

  it('loads them again after the page has lost the connection, and shows them meanwhile', async () => {
    const earlier = [QUESTION, answer('One', 'complete')];
    const view = { conversation: CHAT, earlier: earlier.map(outlineOf), messages: [LATER] };
    server.reply(`GET ${PATH}`, json(view));
    server.reply(MESSAGES, json(earlier));
    show();
    await screen.findByText('One');
    const changed = held(json([QUESTION, answer('One, changed', 'complete')]));
    server.reply(MESSAGES, changed.reply);
    act(() => {
      applyToChat(openChat(CHAT.id), { kind: 'sync' });
    });
    await expect.poll(() => sent(MESSAGES)).toBe(2);
    expect(screen.queryByText('One')).not.toBeNull();
    changed.release();
    await screen.findByText('One, changed');
  });
});
