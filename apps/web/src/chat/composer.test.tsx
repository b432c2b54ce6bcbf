import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import { models } from '../models/models.ts';
import { currentRoute } from '../navigation/route.ts';
import { failure, fakeServer, json, noContent, turnStream } from '../testing/fake-server.ts';
import { conversation, idOf, message, modelGroup } from '../testing/page-data.ts';
import { ChatPage } from './chat-page.tsx';
import { focusComposer, proposeDraft } from './compose-requests.ts';
import { Composer } from './composer.tsx';

const server = fakeServer();
const CHAT = conversation(1);
const TURNS = `POST /api/conversations/${CHAT.id}/turns`;
const STOP = `POST /api/conversations/${CHAT.id}/stop`;

const field = (): HTMLElement => screen.getByLabelText('Message');
const value = (): unknown => Reflect.get(field(), 'value');
const sendButton = (): HTMLElement => screen.getByRole('button', { name: 'Send' });

function newChat(): void {
  render(
    <>
      <Composer id="new" conversation={undefined} run={undefined} />
      <Toasts />
    </>,
  );
}

/** Opens the stored conversation 1, which holds one question and its answer. */
async function openChat(): Promise<void> {
  const messages = [
    message(1, 'Hi', { role: 'user', parentId: null }),
    message(2, 'Hello', { role: 'assistant', parentId: idOf(1) }),
  ];
  server.reply(`GET /api/conversations/${CHAT.id}`, json({ conversation: CHAT, messages }));
  const route = { at: 'conversation', id: CHAT.id } as const;
  render(<ChatPage route={route} onSidebar={() => undefined} />);
  await screen.findByText('Hello');
}

beforeEach(() => {
  models.set({ status: 'loaded', groups: [modelGroup('Acme', 'a-1')] });
});

describe('Composer', () => {
  it('enables Send only with text and a model', async () => {
    models.set({ status: 'loaded', groups: [] });
    newChat();
    await userEvent.type(field(), 'Hi');
    expect(sendButton()).toHaveProperty('disabled', true);
    act(() => {
      models.set({ status: 'loaded', groups: [modelGroup('Acme', 'a-1')] });
    });
    expect(sendButton()).toHaveProperty('disabled', false);
    await userEvent.clear(field());
    await userEvent.type(field(), '  ');
    expect(sendButton()).toHaveProperty('disabled', true);
  });

  it('adds a line with Shift+Enter', async () => {
    newChat();
    await userEvent.type(field(), 'one{Shift>}{Enter}{/Shift}two');
    expect(value()).toBe('one\ntwo');
    expect(server.requests()).toEqual([]);
  });

  it('starts a chat with Enter and opens it', async () => {
    server.reply('POST /api/conversations', json(CHAT));
    const turn = turnStream();
    server.reply(TURNS, turn.reply);
    newChat();
    await userEvent.type(field(), 'Hi{Enter}');
    await expect.poll(() => server.sentTo(TURNS)).toHaveLength(1);
    expect(server.sentTo(TURNS)).toEqual([
      { parentId: null, text: 'Hi', provider: 'acme', model: 'a-1' },
    ]);
    expect(currentRoute()).toEqual({ at: 'conversation', id: CHAT.id });
    expect(value()).toBe('');
  });

  it('gives the text back when the chat could not be started', async () => {
    server.reply('POST /api/conversations', failure('DISK_FULL', 'The disk is full.'));
    newChat();
    await userEvent.type(field(), 'Hi{Enter}');
    await screen.findByText('Couldn’t start the chat. The disk is full.');
    expect(value()).toBe('Hi');
  });

  it('continues at the end of the visible path and streams the answer', async () => {
    const turn = turnStream();
    server.reply(TURNS, turn.reply);
    await openChat();
    await userEvent.type(field(), 'More{Enter}');
    await expect.poll(() => server.sentTo(TURNS)).toMatchObject([{ parentId: idOf(2) }]);
    const question = message(3, 'More', { role: 'user', parentId: idOf(2) });
    const answer = message(4, 'Sure', { role: 'assistant', parentId: idOf(3) });
    turn.send({ kind: 'started', question, answer: { ...answer, parts: [], status: 'streaming' } });
    await screen.findByRole('button', { name: 'Stop (Esc)' });
    turn.send({ kind: 'done', answer, conversation: CHAT });
    turn.end();
    expect(await screen.findByText('Sure')).toHaveProperty('isConnected', true);
    expect(await screen.findByRole('button', { name: 'Send' })).toHaveProperty('isConnected', true);
  });

  it.each([{ isComposing: true }, { keyCode: 229 }])(
    'sends nothing for an Enter of an input method: %o',
    async (sign) => {
      await openChat();
      await userEvent.type(field(), '한국');
      fireEvent.keyDown(field(), { key: 'Enter', ...sign });
      expect(server.sentTo(TURNS)).toEqual([]);
      expect(value()).toBe('한국');
    },
  );

  it('cancels the answer on the server with Esc', async () => {
    const turn = turnStream();
    server.reply(TURNS, turn.reply);
    server.reply(STOP, noContent());
    await openChat();
    await userEvent.type(field(), 'More{Enter}');
    const question = message(3, 'More', { role: 'user', parentId: idOf(2) });
    const answer = message(4, '', { role: 'assistant', parentId: idOf(3), status: 'streaming' });
    await expect.poll(() => server.sentTo(TURNS)).toHaveLength(1);
    turn.send({ kind: 'started', question, answer });
    const stop = await screen.findByRole('button', { name: 'Stop (Esc)' });
    await userEvent.keyboard('{Escape}');
    expect(server.sentTo(STOP)).toHaveLength(1);
    expect(stop).toHaveProperty('disabled', true);
  });

  it('keeps the draft of a chat', async () => {
    newChat();
    await userEvent.type(field(), 'half a thought');
    cleanup();
    newChat();
    expect(value()).toBe('half a thought');
  });

  it('takes a proposed text and the focus', () => {
    newChat();
    field().blur();
    act(() => {
      proposeDraft('Show me a table');
    });
    expect(value()).toBe('Show me a table');
    expect(document.activeElement).toBe(field());
    field().blur();
    focusComposer();
    expect(document.activeElement).toBe(field());
  });
});
