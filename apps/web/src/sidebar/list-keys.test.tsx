import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { loadConversations } from '../conversations/conversation-list.ts';
import { fakeServer, json } from '../testing/fake-server.ts';
import { conversation } from '../testing/page-data.ts';
import { Conversations } from './conversations.tsx';
import { organiseLater } from './later-organise.ts';
import { clearSelection, selection } from './selection.ts';

const server = fakeServer();
const CHATS = [conversation(1, 'First'), conversation(2, 'Second'), conversation(3, 'Third')];

beforeEach(async () => {
  clearSelection();
  server.reply('GET /api/conversations', json({ conversations: CHATS, next: null }));
  await loadConversations();
  render(<Conversations active={undefined} onLeave={vi.fn()} />);
});

it('selects with Shift and the arrow keys as soon as the list is shown', async () => {
  expect(organiseLater.get()).toBeUndefined();
  screen.getByRole('link', { name: 'First' }).focus();
  await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
  expect(selection.get().ids).toEqual(new Set(CHATS.map(({ id }) => id)));
});
