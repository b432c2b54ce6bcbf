import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { PageEvent } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { conversationList } from '../conversations/conversation-list.ts';
import { watchPageEvents } from '../conversations/page-events.ts';
import { failure, fakeServer, json, noContent, turnStream } from '../testing/fake-server.ts';
import { conversation } from '../testing/page-data.ts';
import { TrashSection } from './trash-section.tsx';

const server = fakeServer();
const ONE = { ...conversation(1, 'One'), deletedAtMs: 0 };
const TWO = { ...conversation(2, 'Two'), deletedAtMs: 0 };

beforeEach(() => {
  server.reply('GET /api/trash', json([ONE, TWO]));
});

describe('TrashSection', () => {
  it('restores a chat by keyboard, into the list of chats, and keeps the focus', async () => {
    conversationList.set({ ...conversationList.get(), status: 'loaded', conversations: [] });
    server.reply(`POST /api/conversations/${ONE.id}/restore`, json(conversation(1, 'One')));
    render(<TrashSection />);
    const button = await screen.findByRole('button', { name: 'Restore One' });
    server.reply('GET /api/trash', json([TWO]));
    button.focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => screen.queryByText('One')).toBeNull();
    expect(conversationList.get().conversations.map(({ title }) => title)).toEqual(['One']);
    expect(document.activeElement?.textContent).toBe('Trash');
  });

  it('deletes a chat for good only after confirmation', async () => {
    server.reply(`DELETE /api/trash/${TWO.id}`, noContent());
    render(<TrashSection />);
    await userEvent.click(await screen.findByRole('button', { name: 'Delete Two for good' }));
    expect(server.sentTo(`DELETE /api/trash/${TWO.id}`)).toEqual([]);
    server.reply('GET /api/trash', json([ONE]));
    const dialog = screen.getByRole('dialog', { name: 'Delete Two?' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
    await expect.poll(() => screen.queryByText('Two')).toBeNull();
    expect(server.sentTo(`DELETE /api/trash/${TWO.id}`)).toHaveLength(1);
  });

  it('empties the trash and says that it is empty', async () => {
    server.reply('DELETE /api/trash', noContent());
    render(<TrashSection />);
    await userEvent.click(await screen.findByRole('button', { name: 'Empty trash' }));
    server.reply('GET /api/trash', json([]));
    const dialog = screen.getByRole('dialog', { name: 'Empty the trash?' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
    await screen.findByText('The trash is empty.');
  });

  it.each<PageEvent>([
    { kind: 'trash' },
    { kind: 'sync' },
    { kind: 'conversation-deleted', id: TWO.id },
  ])('shows what another page did: %o', async (event) => {
    const events = turnStream();
    server.reply('GET /api/events', events.reply);
    const stop = watchPageEvents();
    render(<TrashSection />);
    await screen.findByText('One');
    server.reply('GET /api/trash', json([TWO]));
    events.send(event);
    await expect.poll(() => screen.queryByText('One')).toBeNull();
    expect(screen.queryByText('Two')).not.toBeNull();
    stop();
  });

  it('shows a failure and keeps the list', async () => {
    server.reply('DELETE /api/trash', failure('INTERNAL', 'It failed.'));
    render(<TrashSection />);
    await userEvent.click(await screen.findByRole('button', { name: 'Empty trash' }));
    await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
    expect((await screen.findByRole('alert')).textContent).toContain('It failed.');
    expect(screen.queryByText('One')).not.toBeNull();
  });
});
