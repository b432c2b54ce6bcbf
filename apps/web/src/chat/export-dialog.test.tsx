import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { conversation, idOf, message } from '../testing/page-data.ts';
import { openChat } from './chat.ts';
import { ExportDialog } from './export-dialog.tsx';

const server = fakeServer();
const CHAT = conversation(1, 'Plans: a/b\u202e?');
const saved: string[] = [];
const onClose = vi.fn();

beforeEach(() => {
  saved.length = 0;
  onClose.mockReset();
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push(this.download);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('ExportDialog', () => {
  it('saves one chat in the chosen format, under a name without path separators', async () => {
    server.reply('POST /api/exports', json({}));
    render(<ExportDialog conversation={CHAT} onClose={onClose} />);
    await userEvent.click(screen.getByRole('radio', { name: /JSON/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Export' }));
    await expect.poll(() => saved).toEqual(['Plans a b.json']);
    expect(server.sentTo('POST /api/exports')).toEqual([{ chats: [CHAT.id], format: 'json' }]);
    expect(onClose).toHaveBeenCalledOnce();
  });

  it('saves every chat, without offering to print them', async () => {
    server.reply('POST /api/exports', json({}));
    render(<ExportDialog onClose={onClose} />);
    expect(screen.getAllByRole('radio')).toHaveLength(3);
    screen.getByRole('radio', { name: /Markdown/ }).focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => saved).toHaveLength(1);
    expect(saved[0]).toMatch(/^Postern chats \d{4}-\d\d-\d\d\.md$/);
    expect(server.sentTo('POST /api/exports')).toEqual([{ chats: 'all', format: 'markdown' }]);
  });

  it.each([
    ['a failure', failure('DISK_FULL', 'The disk is full.'), 'The disk is full.'],
    [
      'an export that is cut off',
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => {
              controller.error(new TypeError('cut'));
            },
          }),
        ),
      'The export ended before it was complete.',
    ],
  ])('shows %s, and saves nothing', async (_name, reply, text) => {
    server.reply('POST /api/exports', reply);
    render(<ExportDialog conversation={CHAT} onClose={onClose} />);
    await userEvent.click(screen.getByRole('button', { name: 'Export' }));
    expect((await screen.findByRole('alert')).textContent).toContain(text);
    expect(saved).toEqual([]);
    expect(onClose).not.toHaveBeenCalled();
  });

  it('prints the newest branch with all of its text', async () => {
    const question = message(1, `long\n${'line\n'.repeat(60)}end of it`, {
      ...{ role: 'user', parentId: null },
    });
    const thinking = { kind: 'thinking', text: 'Hm.' } as const;
    const messages = [
      question,
      message(2, 'old answer', { role: 'assistant', parentId: idOf(1) }),
      message(3, '', {
        ...{ role: 'assistant', parentId: idOf(1) },
        parts: [thinking, { kind: 'text', text: '**new** answer' }],
      }),
    ];
    server.reply('POST /api/exports', json({ chats: [{ conversation: CHAT, messages }] }));
    let printed = '';
    vi.stubGlobal('print', () => {
      const root = document.querySelector('.print-root');
      expect([...(root?.querySelectorAll('details') ?? [])].every(({ open }) => open)).toBe(true);
      printed = root?.textContent ?? '';
    });
    render(<ExportDialog conversation={CHAT} onClose={onClose} />);
    await userEvent.click(screen.getByRole('radio', { name: /PDF/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Print' }));
    await expect.poll(() => onClose.mock.calls.length).toBe(1);
    expect(printed).toContain('end of it');
    expect(printed).toContain('Hm.');
    expect(printed).toContain('new answer');
    expect(printed).not.toContain('old answer');
  });

  it('prints the version that is chosen in the page', async () => {
    const answer = { role: 'assistant', parentId: idOf(1) } as const;
    const older = message(2, 'old answer', answer);
    const messages = [
      message(1, 'Hi', { role: 'user', parentId: null }),
      older,
      message(3, 'new answer', answer),
    ];
    server.reply('POST /api/exports', json({ chats: [{ conversation: CHAT, messages }] }));
    const open = openChat(CHAT.id);
    open.chat.update((now) => ({ ...now, choices: new Map([[idOf(1), older.id]]) }));
    let printed = '';
    vi.stubGlobal('print', () => {
      printed = document.querySelector('.print-root')?.textContent ?? '';
    });
    render(<ExportDialog conversation={CHAT} onClose={onClose} />);
    await userEvent.click(screen.getByRole('radio', { name: /PDF/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Print' }));
    await expect.poll(() => onClose.mock.calls.length).toBe(1);
    expect(printed).toContain('old answer');
    expect(printed).not.toContain('new answer');
  });
});
