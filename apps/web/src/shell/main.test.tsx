import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openChat } from '../chat/chat.ts';
import { conversationList } from '../conversations/conversation-list.ts';
import { currentRoute, navigate } from '../navigation/route.ts';
import { fakeServer, json, turnStream } from '../testing/fake-server.ts';
import { appState, conversation, modelGroup } from '../testing/page-data.ts';
import { actions } from '../shortcuts/action.ts';
import { actionTable, shortcutsSheet } from './later-pages.ts';
import { Main } from './main.tsx';

const server = fakeServer();
const [FIRST, SECOND] = [conversation(1, 'First'), conversation(2, 'Second')];

beforeAll(async () => {
  await Promise.all([shortcutsSheet.load(), actionTable.load()]);
});

beforeEach(async () => {
  server.reply('GET /api/models', json([modelGroup('Demo', 'scripted')]));
  server.reply('GET /api/drafts', json([]));
  server.reply('GET /api/conversations', json({ conversations: [FIRST, SECOND], next: null }));
  for (const each of [FIRST, SECOND]) {
    server.reply(`GET /api/conversations/${each.id}`, json({ conversation: each, messages: [] }));
  }
  server.reply('GET /api/events', () => turnStream().reply());
  render(<Main state={appState()} />);
  await screen.findByRole('link', { name: 'First' });
});

const press = async (keys: string): Promise<void> => {
  await userEvent.keyboard(keys);
};

describe('Main', () => {
  it.each([
    ['{Control>}k{/Control}', 'Search chats'],
    ['{Control>}/{/Control}', 'Keyboard shortcuts'],
  ])('%s opens a dialog and Esc closes it', async (keys, name) => {
    await press(keys);
    const dialog = screen.getByRole('dialog', { name });
    fireEvent(dialog, new Event('cancel', { cancelable: true }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('runs the action of a key that was pressed before the table had loaded', async () => {
    const table = actions.get();
    actions.set([]);
    await press('{Control>}k{/Control}');
    expect(screen.queryByRole('dialog')).toBeNull();
    act(() => {
      actions.set(table);
    });
    expect(screen.queryByRole('dialog', { name: 'Search chats' })).not.toBeNull();
  });

  it('gives the focus to the content if a dialog was opened from nowhere', async () => {
    screen.getByLabelText('Message').blur();
    await press('{Control>}k{/Control}');
    fireEvent(screen.getByRole('dialog'), new Event('cancel', { cancelable: true }));
    expect(document.activeElement).toBe(screen.getByRole('main'));
  });

  it('has a link to the message field before everything else', async () => {
    screen.getByRole('main').focus();
    await userEvent.click(screen.getByRole('link', { name: 'Skip to message field' }));
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
  });

  it('? opens the shortcuts except while typing', async () => {
    screen.getByLabelText('Message').focus();
    await press('?');
    expect(screen.queryByRole('dialog')).toBeNull();
    screen.getByRole('main').focus();
    await press('?');
    expect(screen.queryByRole('dialog', { name: 'Keyboard shortcuts' })).not.toBeNull();
  });

  it('Alt with the arrow keys walks through the chats', async () => {
    navigate({ at: 'conversation', id: FIRST.id });
    await press('{Alt>}{ArrowDown}{/Alt}');
    expect(currentRoute()).toEqual({ at: 'conversation', id: SECOND.id });
    await press('{Alt>}{ArrowUp}{/Alt}');
    expect(currentRoute()).toEqual({ at: 'conversation', id: FIRST.id });
    await press('{Control>}{Alt>}n{/Alt}{/Control}');
    expect(currentRoute()).toEqual({ at: 'new' });
  });

  it('Ctrl+, opens the settings', async () => {
    server.reply('GET /api/providers', json([]));
    await press('{Control>},{/Control}');
    expect(await screen.findByRole('heading', { name: 'Providers' })).toHaveProperty(
      'isConnected',
      true,
    );
  });

  it('Ctrl+B hides the sidebar and shows it again', async () => {
    const page = screen.getByRole('main').parentElement;
    await press('{Control>}b{/Control}');
    expect(page?.dataset['sidebar']).toBe('hidden');
    await press('{Control>}b{/Control}');
    expect(page?.dataset['sidebar']).toBe('shown');
  });

  it('ignores shortcuts while a dialog is open', async () => {
    await userEvent.click(await screen.findByRole('button', { name: /scripted/ }));
    expect(screen.queryByRole('dialog', { name: 'Choose a model' })).not.toBeNull();
    await press('{Control>}b{/Control}');
    expect(screen.getByRole('main').parentElement?.dataset['sidebar']).toBe('shown');
  });

  it('moves the focus to the content with the skip link', async () => {
    await userEvent.click(screen.getByRole('link', { name: 'Skip to content' }));
    expect(document.activeElement).toBe(screen.getByRole('main'));
  });
});

describe('leaving Main', () => {
  it('forgets chats and the list, as the vault may be locked', () => {
    const chat = openChat(FIRST.id);
    cleanup();
    expect(conversationList.get().conversations).toEqual([]);
    expect(openChat(FIRST.id)).not.toBe(chat);
  });
});
