import { act, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openChat } from '../chat/chat.ts';
import { runTurn } from '../chat/run-turn.ts';
import { Toasts } from '../controls/toasts.tsx';
import { conversationList, loadConversations } from '../conversations/conversation-list.ts';
import { currentRoute, navigate } from '../navigation/route.ts';
import { failure, fakeServer, held, json, noContent, turnStream } from '../testing/fake-server.ts';
import { conversation, message } from '../testing/page-data.ts';
import { Conversations } from './conversations.tsx';
import { organiseLater } from './later-organise.ts';

const server = fakeServer();
const FIRST = conversation(1, 'First');
const SECOND = conversation(2, 'Second');
const path = `/api/conversations/${FIRST.id}`;

const link = (name: string): HTMLElement => screen.getByRole('link', { name });
const titles = (): readonly string[] =>
  conversationList.get().conversations.map(({ title }) => title);

beforeAll(async () => {
  await organiseLater.load();
});

beforeEach(async () => {
  server.reply('GET /api/conversations', json({ conversations: [FIRST, SECOND], next: null }));
  await loadConversations();
  render(
    <>
      <Conversations active={undefined} onLeave={vi.fn()} />
      <Toasts />
    </>,
  );
});

afterEach(async () => {
  for (const dismiss of screen.queryAllByRole('button', { name: 'Dismiss' })) {
    await userEvent.click(dismiss);
  }
});

describe('ConversationRow', () => {
  it('renames with F2 and Enter, also in the open chat', async () => {
    server.reply(`PATCH ${path}`, json({ ...FIRST, title: 'Gates' }));
    link('First').focus();
    await userEvent.keyboard('{F2}Gates{Enter}');
    expect(server.sentTo(`PATCH ${path}`)).toEqual([{ title: 'Gates' }]);
    expect(await screen.findByRole('link', { name: 'Gates' })).toHaveProperty('isConnected', true);
    await expect
      .poll(() => openChat(FIRST.id).chat.get().conversation)
      .toMatchObject({ title: 'Gates' });
  });

  it.each(['{Escape}', '{Control>}a{/Control}{Backspace}{Enter}', '{Enter}'])(
    'changes nothing after %s',
    async (keys) => {
      await userEvent.dblClick(link('First'));
      await userEvent.type(screen.getByLabelText('Chat title'), keys, {
        initialSelectionStart: 0,
        initialSelectionEnd: 5,
      });
      expect(link('First')).toBeDefined();
      expect(server.sentTo(`PATCH ${path}`)).toEqual([]);
    },
  );

  it('restores the title when renaming fails', async () => {
    server.reply(`PATCH ${path}`, failure('DISK_FULL', 'The disk is full.'));
    link('First').focus();
    await userEvent.keyboard('{F2}Gates{Enter}');
    await screen.findByText('Couldn’t rename the chat. The disk is full.');
    expect(titles()).toEqual(['First', 'Second']);
  });

  it.each([
    ['succeeds', json({ ...FIRST, title: 'Gates' })],
    ['fails', failure('DISK_FULL', 'The disk is full.')],
  ])('stays deleted when the rename before it %s late', async (outcome, late) => {
    const rename = held(late);
    server.reply(`PATCH ${path}`, rename.reply);
    server.reply(`DELETE ${path}`, noContent());
    link('First').focus();
    await userEvent.keyboard('{F2}Gates{Enter}');
    link('Gates').focus();
    await userEvent.keyboard('{Delete}');
    expect(titles()).toEqual(['Second']);
    rename.release();
    if (outcome === 'fails') await screen.findByText(/Couldn’t rename the chat/);
    else {
      await expect
        .poll(() => openChat(FIRST.id).chat.get().conversation)
        .toMatchObject({ title: 'Gates' });
    }
    expect(titles()).toEqual(['Second']);
  });

  it('stays deleted when its answer ends later', async () => {
    const turn = turnStream();
    server.reply(`POST ${path}/turns`, turn.reply);
    server.reply(`DELETE ${path}`, noContent());
    const input = { parentId: null, text: 'Hello', provider: 'fake', model: 'm' };
    const question = message(1, 'Hello', { role: 'user', parentId: null });
    const answer = message(2, 'Sure', { role: 'assistant', parentId: question.id });
    let ended: Promise<boolean> | undefined;
    await act(async () => {
      ended = runTurn(openChat(FIRST.id), input);
      turn.send({ kind: 'started', question, answer: { ...answer, status: 'streaming' } });
      await Promise.resolve();
    });
    link('First').focus();
    await userEvent.keyboard('{Delete}');
    expect(titles()).toEqual(['Second']);
    await act(async () => {
      turn.send({ kind: 'done', answer, conversation: FIRST });
      turn.end();
      expect(await ended).toBe(true);
    });
    expect(titles()).toEqual(['Second']);
  });

  it('deletes the open chat, leaves it, and Undo brings it back', async () => {
    navigate({ at: 'conversation', id: FIRST.id });
    server.reply(`DELETE ${path}`, noContent());
    server.reply(`POST ${path}/restore`, json(FIRST));
    link('First').focus();
    await userEvent.keyboard('{Delete}');
    await screen.findByText('Deleted “First”.');
    expect(titles()).toEqual(['Second']);
    expect(currentRoute()).toEqual({ at: 'new' });
    expect(document.activeElement).toBe(link('Second'));
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await screen.findByRole('link', { name: 'First' });
    expect(currentRoute()).toEqual({ at: 'conversation', id: FIRST.id });
  });

  it('stays where the user went while Undo brought the chat back', async () => {
    navigate({ at: 'conversation', id: FIRST.id });
    server.reply(`DELETE ${path}`, noContent());
    const restoring = held(json(FIRST));
    server.reply(`POST ${path}/restore`, restoring.reply);
    link('First').focus();
    await userEvent.keyboard('{Delete}');
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    navigate({ at: 'conversation', id: SECOND.id });
    restoring.release();
    await screen.findByRole('link', { name: 'First' });
    expect(currentRoute()).toEqual({ at: 'conversation', id: SECOND.id });
  });

  it('keeps the chat when deleting fails', async () => {
    server.reply(`DELETE ${path}`, failure('DATABASE_BUSY', 'It is busy.'));
    const row = within(screen.getAllByRole('listitem')[0] ?? document.body);
    await userEvent.click(row.getByRole('button', { name: 'Actions' }));
    await userEvent.click(screen.getByRole('menuitem', { name: /^Delete/ }));
    await screen.findByText('Couldn’t delete the chat. It is busy.');
    expect(titles()).toEqual(['First', 'Second']);
  });

  it('moves the focus with the arrow keys, Home and End', async () => {
    link('First').focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(link('Second'));
    await userEvent.keyboard('{Home}');
    expect(document.activeElement).toBe(link('First'));
    await userEvent.keyboard('{End}{ArrowUp}');
    expect(document.activeElement).toBe(link('First'));
  });

  it('shows that an answer is streaming', () => {
    act(() => {
      const run = { at: 'sending', question: 'Hi' } as const;
      openChat(SECOND.id).chat.update((now) => ({ ...now, run }));
    });
    expect(screen.getByLabelText('Answering…').closest('li')?.textContent).toBe('Second');
  });
});
