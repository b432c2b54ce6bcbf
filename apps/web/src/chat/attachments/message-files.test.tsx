import {
  fireEvent,
  render,
  screen,
  waitFor,
  within,
  type RenderResult,
} from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { attachmentId, type Attachment } from '@postern/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatPage } from '../chat-page.tsx';
import { failure, fakeServer, json } from '../../testing/fake-server.ts';
import { conversation, message } from '../../testing/page-data.ts';

const server = fakeServer();
const CHAT = conversation(1);

function attachment(number: number, changes: Partial<Attachment> = {}): Attachment {
  return {
    id: attachmentId.from(String(number).padStart(26, '0')),
    name: `file-${number}.txt`,
    mediaType: 'text/plain',
    size: 1500,
    ...changes,
  };
}

const PICTURE = attachment(7, { name: 'a.png', mediaType: 'image/png', width: 4, height: 3 });
const shownAddresses = new Set<string>();

beforeEach(() => {
  shownAddresses.clear();
  let last = 0;
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    last += 1;
    shownAddresses.add(`blob:${last}`);
    return `blob:${last}`;
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((address) => {
    shownAddresses.delete(address);
  });
});

describe('the files of a stored message', () => {
  const second = attachment(8, { name: 'b.png', mediaType: 'image/png', width: 2, height: 2 });
  const notes = attachment(3, { name: 'notes.txt' });
  const report = attachment(4, { name: 'report.pdf', mediaType: 'application/pdf' });

  async function openChat(): Promise<RenderResult> {
    const parts = [PICTURE, second, notes, report].map(
      (each) => ({ kind: 'attachment', ...each }) as const,
    );
    const question = message(1, '', {
      role: 'user',
      parentId: null,
      parts: [...parts, { kind: 'text', text: 'See' }],
    });
    server.reply(
      `GET /api/conversations/${CHAT.id}`,
      json({ conversation: CHAT, messages: [question] }),
    );
    server.reply(`GET /api/attachments/${PICTURE.id}`, () => new Response('png'));
    server.reply(`GET /api/attachments/${second.id}`, failure('ATTACHMENT_NOT_FOUND', 'Gone.'));
    server.reply(`GET /api/attachments/${notes.id}`, () => new Response('<b>text</b>'));
    const page = render(
      <ChatPage route={{ at: 'conversation', id: CHAT.id }} onSidebar={() => undefined} />,
    );
    await screen.findByText('See');
    return page;
  }

  it('are shown, with a placeholder for those that are gone', async () => {
    const page = await openChat();
    await waitFor(() => {
      const address = screen.getByAltText('a.png').getAttribute('src') ?? '';
      expect([...shownAddresses]).toEqual([address]);
    });
    await screen.findByText('No longer stored');
    expect(screen.getByRole('button', { name: /^Download report\.pdf/ })).toBeTruthy();
    page.unmount();
    expect([...shownAddresses]).toEqual([]);
  });

  it('open in a dialog, in which the arrow keys go from one to the next', async () => {
    await openChat();
    const opener = await screen.findByRole('button', { name: 'Open a.png' });
    await userEvent.click(opener);
    const dialog = await screen.findByRole('dialog', { name: 'a.png' });
    within(dialog).getByRole('button', { name: 'Download' }).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await screen.findByRole('dialog', { name: 'notes.txt' });
    await within(dialog).findByText('<b>text</b>');
    expect(dialog.querySelector('b')).toBeNull();
    await userEvent.keyboard('{ArrowRight}{ArrowLeft}{ArrowLeft}');
    await screen.findByRole('dialog', { name: 'a.png' });
    fireEvent(dialog, new Event('cancel', { cancelable: true }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});
