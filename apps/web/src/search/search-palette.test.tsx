import { act, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { SearchHit } from '@postern/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConversations } from '../conversations/conversation-list.ts';
import { labels } from '../conversations/labels.ts';
import { soughtWords } from '../conversations/sought-words.ts';
import { currentRoute } from '../navigation/route.ts';
import { failure, fakeServer, held, json } from '../testing/fake-server.ts';
import { conversation, idOf } from '../testing/page-data.ts';
import { actions, type Action } from '../shortcuts/action.ts';
import { changeBindings, DEFAULT_BINDINGS } from '../shortcuts/bindings.ts';
import { SearchPalette } from './search-palette.tsx';

const server = fakeServer();
const close = vi.fn();

function hit(title: string, messageNumber?: number): SearchHit {
  return {
    conversationId: conversation(1).id,
    conversationTitle: title,
    messageId: messageNumber === undefined ? null : idOf(messageNumber),
    snippet: [
      { text: 'an old ', match: false },
      { text: 'gate', match: true },
    ],
    createdAtMs: 0,
  };
}

const rows = (): readonly HTMLElement[] => screen.queryAllByRole('option');

async function open(): Promise<void> {
  server.reply(
    'GET /api/conversations',
    json({ conversations: [conversation(1, 'First'), conversation(2, 'Second')], next: null }),
  );
  await act(loadConversations);
  render(<SearchPalette onClose={close} />);
}

const ran = vi.fn();
const TABLE: readonly Action[] = [
  { id: 'new-chat', label: () => 'New chat', group: 'chats', keys: ['Mod Alt N'], run: ran },
  { id: 'new-private-chat', label: () => 'New private chat', group: 'chats', run: ran },
  { id: 'all-actions', label: () => 'Show all actions', group: 'general', run: ran },
  { id: 'lock', label: () => 'Lock the gate', group: 'general', run: ran },
  {
    id: 'export',
    label: () => 'Export gate',
    group: 'general',
    isAvailable: () => false,
    run: ran,
  },
];

beforeEach(() => {
  close.mockClear();
  ran.mockClear();
  actions.set(TABLE);
});

describe('SearchPalette', () => {
  it('offers a new chat and recent chats before a search', async () => {
    await open();
    const titles = rows().map((row) => row.querySelector('.search-title')?.textContent);
    expect(titles).toEqual(['New chat', 'New private chat', 'Show all actions', 'First', 'Second']);
    await userEvent.keyboard('{ArrowUp}{Enter}');
    expect(currentRoute()).toEqual({ at: 'conversation', id: conversation(2).id });
    expect(close).toHaveBeenCalledOnce();
  });

  it('shows hits with the match highlighted and opens the message', async () => {
    actions.set([]);
    server.reply('GET /api/search?q=gate', json([hit('Gates', 7), hit('Walls')]));
    await open();
    await userEvent.keyboard('gate');
    await expect.poll(rows).toHaveLength(2);
    expect(document.querySelector('mark')?.textContent).toBe('gate');
    await userEvent.click(screen.getByText('Gates'));
    expect(currentRoute()).toMatchObject({ message: idOf(7) });
  });

  it('shows titles and messages as groups, and all rows of a group on request', async () => {
    const titles = Array.from({ length: 60 }, (_, at) => hit(`Gate ${String(at)}`));
    actions.set([]);
    server.reply('GET /api/search?q=gate', json([...titles, hit('Walls', 7)]));
    await open();
    await userEvent.keyboard('gate');
    await expect.poll(rows).toHaveLength(7);
    const inGroup = (name: string): readonly (string | null | undefined)[] =>
      within(screen.getByRole('group', { name }))
        .getAllByRole('option')
        .map((row) => row.querySelector('.search-title')?.textContent);
    expect(inGroup('Titles')).toEqual([
      ...['Gate 0', 'Gate 1', 'Gate 2', 'Gate 3', 'Gate 4'],
      'Show 55 more',
    ]);
    expect(inGroup('Messages')).toEqual(['Walls']);
    await userEvent.keyboard('{ArrowUp}{ArrowUp}{Enter}');
    expect(inGroup('Titles')).toHaveLength(60);
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('Gate 5');
    expect(close).not.toHaveBeenCalled();
  });

  it('names the words to mark in the message, but not in the address', async () => {
    actions.set([]);
    server.reply('GET /api/search?q=gate', json([hit('Walls', 7)]));
    await open();
    await userEvent.keyboard('gate');
    await expect.poll(rows).toHaveLength(1);
    await userEvent.keyboard('{Enter}');
    expect(soughtWords.get()).toEqual({ message: idOf(7), words: ['gate'] });
    expect(window.location.hash).not.toContain('gate');
  });

  it('searches once after typing pauses', async () => {
    actions.set([]);
    server.reply('GET /api/search?q=gate', json([hit('Gates')]));
    await open();
    await userEvent.keyboard('gate');
    await expect.poll(rows).toHaveLength(1);
    expect(server.requests().filter(({ route }) => route.includes('/search'))).toHaveLength(1);
  });

  it('keeps the newest result when an older response arrives late', async () => {
    const late = held(json([hit('Late')]));
    server.reply('GET /api/search?q=a', late.reply);
    server.reply('GET /api/search?q=ab', json([hit('Newest')]));
    await open();
    await userEvent.keyboard('a');
    await expect.poll(() => server.sentTo('GET /api/search?q=a')).toHaveLength(1);
    await userEvent.keyboard('b');
    await screen.findByText('Newest');
    await act(async () => {
      late.release();
      await Promise.resolve();
    });
    expect(screen.queryByText('Late')).toBeNull();
  });

  it('finds actions with the chats, below titles and never before the hits', async () => {
    const late = held(json([hit('Gates'), hit('Walls', 7)]));
    server.reply('GET /api/search?q=gate', late.reply);
    await open();
    await userEvent.keyboard('gate');
    await expect.poll(() => server.sentTo('GET /api/search?q=gate')).toHaveLength(1);
    expect(rows()).toHaveLength(0);
    late.release();
    await expect.poll(rows).toHaveLength(3);
    const titles = rows().map((row) => row.querySelector('.search-title')?.textContent);
    expect(titles).toEqual(['Gates', 'Lock the gate', 'Walls']);
  });

  it('finds only available actions after >, asks nothing, and closes before one runs', async () => {
    await open();
    await userEvent.keyboard('>gate');
    expect(rows().map((row) => row.textContent)).toEqual(['Lock the gate']);
    ran.mockImplementation(() => {
      expect(close).toHaveBeenCalledOnce();
    });
    await userEvent.keyboard('{Enter}');
    expect(ran).toHaveBeenCalledOnce();
    expect(server.requests().some(({ route }) => route.includes('/search'))).toBe(false);
  });

  it('shows the keys of actions, also those that the user chose', async () => {
    changeBindings({ singleKeys: true, keys: { lock: ['Mod L'] } });
    await open();
    await userEvent.keyboard('>');
    expect(rows().map((row) => row.textContent)).toEqual([
      'New chatCtrlAltN',
      'New private chat',
      'Show all actions',
      'Lock the gateCtrlL',
    ]);
    changeBindings(DEFAULT_BINDINGS);
    await userEvent.keyboard('zzz');
    expect(screen.getByRole('status').textContent).toMatch(/No action/);
  });

  it('offers filters and their names while typing, and inserts the chosen one', async () => {
    labels.set({ folders: ['My work'], tags: ['red', 'blue'] });
    for (const query of ['ta', 'tag:', 'tag:r', 'tag:red', 'tag:red%20fo', 'tag:red%20folder:']) {
      server.reply(`GET /api/search?q=${query.replaceAll(':', '%3A')}`, json([]));
    }
    server.reply('GET /api/search?q=tag%3Ared%20folder%3A%22My%20work%22', json([hit('Gates')]));
    await open();
    await userEvent.keyboard('ta{Enter}');
    expect(screen.getByRole('combobox')).toHaveProperty('value', 'tag:');
    expect(screen.getByRole('option', { name: 'tag:blue' })).toBeDefined();
    await userEvent.keyboard('r{Enter}fo{Enter}{Enter}');
    expect(screen.getByRole('combobox')).toHaveProperty('value', 'tag:red folder:"My work" ');
    await expect.poll(() => screen.queryByText('Gates')).not.toBeNull();
  });

  it('says that an unknown filter is text', async () => {
    server.reply('GET /api/search?q=lang%3Aen', json([hit('Gates')]));
    await open();
    await userEvent.keyboard('lang:en');
    expect(screen.getByText(/“lang:” is no filter/)).toBeDefined();
    await expect.poll(rows).toHaveLength(1);
  });

  it('says when nothing was found', async () => {
    server.reply('GET /api/search?q=zzz', json([]));
    await open();
    await userEvent.keyboard('zzz');
    expect((await screen.findByText(/No results/)).textContent).toBe(
      'No results for “zzz”. Try other words.',
    );
  });

  it('shows why the search failed', async () => {
    server.reply('GET /api/search?q=x', failure('DATABASE_BUSY', 'It is busy.', 'Try again.'));
    await open();
    await userEvent.keyboard('x');
    expect((await screen.findByRole('alert')).textContent).toBe('It is busy. Try again.');
  });
});
