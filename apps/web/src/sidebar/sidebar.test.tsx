import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConversations } from '../conversations/conversation-list.ts';
import { applyState, session } from '../session/session.ts';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { appState, conversation } from '../testing/page-data.ts';
import { laterList } from './later-list.ts';
import { Sidebar } from './sidebar.tsx';

const server = fakeServer();
const command = vi.fn();
const leave = vi.fn();
const show = (): void => {
  render(<Sidebar route={{ at: 'new' }} onCommand={command} onLeave={leave} />);
};

beforeAll(async () => {
  await laterList.load();
});

beforeEach(() => {
  command.mockClear();
  leave.mockClear();
});

describe('Sidebar', () => {
  it.each([
    ['New chat', 'new-chat'],
    ['Search', 'search'],
    ['Settings', 'settings'],
    ['Keyboard shortcuts', 'shortcuts'],
  ])('%s runs its command and closes a drawer', async (name, expected) => {
    show();
    await userEvent.click(screen.getByRole('button', { name: new RegExp(`^${name}`) }));
    expect(command).toHaveBeenCalledExactlyOnceWith(expected);
    expect(leave).toHaveBeenCalledOnce();
  });

  it('hides itself without closing anything else', async () => {
    show();
    await userEvent.click(screen.getByRole('button', { name: 'Hide sidebar' }));
    expect(command).toHaveBeenCalledExactlyOnceWith('sidebar');
    expect(leave).not.toHaveBeenCalled();
  });

  it('marks Settings as the current page', () => {
    render(
      <Sidebar
        route={{ at: 'settings', section: 'storage' }}
        onCommand={command}
        onLeave={leave}
      />,
    );
    expect(screen.getByRole('button', { current: 'page' }).textContent).toBe('Settings');
  });

  it('locks Postern', async () => {
    applyState(appState());
    server.reply('POST /api/lock', json(appState({ phase: 'locked' })));
    server.reply('GET /api/state', json(appState({ phase: 'locked' })));
    show();
    await userEvent.click(screen.getByRole('button', { name: 'Lock now' }));
    await expect.poll(() => session.get()).toMatchObject({ state: { phase: 'locked' } });
  });
});

describe('chat list', () => {
  it('says what to do when there are no chats', async () => {
    server.reply('GET /api/conversations', json({ conversations: [], next: null }));
    show();
    expect(screen.queryByText(/No chats yet/)).toBeNull();
    await act(loadConversations);
    expect(screen.queryByText('No chats yet. Send a message to start one.')).not.toBeNull();
  });

  it('groups chats by day and marks the open one', async () => {
    const [now, then] = [conversation(0, 'Now'), { ...conversation(2, 'Then'), updatedAtMs: 0 }];
    server.reply('GET /api/conversations', json({ conversations: [now, then], next: null }));
    await act(loadConversations);
    const route = { at: 'conversation', id: then.id } as const;
    render(<Sidebar route={route} onCommand={command} onLeave={leave} />);
    expect(screen.getByRole('region', { name: 'Today' }).textContent).toContain('Now');
    expect(screen.getByRole('link', { current: 'page' }).textContent).toBe('Then');
  });

  it('retries after a failure', async () => {
    server.reply('GET /api/conversations', failure('DATABASE_BUSY', 'It is busy.'));
    show();
    await act(loadConversations);
    expect(screen.getByRole('alert').textContent).toContain('It is busy.');
    server.reply(
      'GET /api/conversations',
      json({ conversations: [conversation(1, 'Back')], next: null }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'Back' })).toHaveProperty('isConnected', true);
  });
});
