import { plainText, type Conversation, type Message } from '@postern/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { openChat, withRunning } from '../chat/chat.ts';
import { treeOf } from '../chat/tree.ts';
import { loadModels } from '../models/models.ts';
import { navigate } from '../navigation/route.ts';
import { isAvailable } from '../shortcuts/action.ts';
import { FIXED_KEYS } from '../shortcuts/fixed-keys.ts';
import { refusalOf } from '../shortcuts/refused-chords.ts';
import { privateChats } from '../state/private-chats.ts';
import { fakeServer, json } from '../testing/fake-server.ts';
import { conversation, message, modelGroup } from '../testing/page-data.ts';
import { ACTION_TABLE } from './action-table.ts';

const server = fakeServer();
const CHAT: Conversation = conversation(1, 'First');

const offered = (): readonly string[] => ACTION_TABLE.filter(isAvailable).map(({ id }) => id);

async function showChat(messages: readonly Message[]): Promise<void> {
  server.reply('GET /api/models', json([modelGroup('Demo', 'scripted')]));
  await loadModels();
  openChat(CHAT.id).chat.update((now) => ({
    ...now,
    loading: 'loaded',
    conversation: CHAT,
    tree: treeOf(messages, [], now.tree),
    run: undefined,
  }));
  navigate({ at: 'conversation', id: CHAT.id });
}

describe('ACTION_TABLE', () => {
  it('has every id, label and chord once', () => {
    const chords = ACTION_TABLE.flatMap(({ keys = [] }) => keys);
    for (const all of [
      ACTION_TABLE.map(({ id }) => id),
      ACTION_TABLE.map(({ label }) => label()),
      chords,
    ]) {
      expect(all).toEqual([...new Set(all)]);
    }
  });

  it('has no chord that the user couldn’t choose, except one that some browsers allow', () => {
    const chords = ACTION_TABLE.flatMap(({ keys = [] }) => keys);
    for (const isApple of [true, false]) {
      const refused = chords.filter((chord) => refusalOf(chord, isApple) !== undefined);
      expect(refused.filter((chord) => !chord.includes('Arrow'))).toEqual(['Mod N']);
    }
    const fixed = FIXED_KEYS.flatMap((each) => each.chords);
    // F2 renames what has the focus in the list, and the open chat elsewhere.
    expect(chords.filter((chord) => fixed.includes(chord))).toEqual(['F2']);
  });
});

describe('offered actions', () => {
  beforeEach(() => {
    privateChats.set([]);
  });

  it('leave out those of a chat while none is open', () => {
    navigate({ at: 'new' });
    expect(offered()).toContain('chat-settings');
    for (const id of ['rename', 'delete', 'regenerate', 'stop', 'export', 'copy-last-answer']) {
      expect(offered()).not.toContain(id);
    }
    navigate({ at: 'settings', section: 'privacy' });
    expect(offered()).not.toContain('chat-settings');
    expect(offered()).not.toContain('message-field');
  });

  it('have those of the last answer, but not while another one is running', async () => {
    const question = message(1, 'Why?', { role: 'user', parentId: null });
    const answer = message(2, 'Because.', { parentId: question.id, role: 'assistant' });
    await showChat([question, answer]);
    expect(plainText(answer.parts)).not.toBe('');
    expect(offered()).toEqual(
      expect.arrayContaining(['rename', 'regenerate', 'copy-last-answer', 'edit-last-question']),
    );
    openChat(CHAT.id).chat.update((now) => ({
      ...now,
      run: withRunning(undefined, answer.id),
    }));
    expect(offered()).toContain('stop');
    expect(offered()).not.toContain('regenerate');
  });

  it('store nothing of a private chat', async () => {
    await showChat([message(1, 'Why?', { role: 'user', parentId: null })]);
    privateChats.set([CHAT]);
    for (const id of ['rename', 'pin', 'tags', 'move-to-folder', 'archive', 'delete']) {
      expect(offered()).not.toContain(id);
    }
  });
});
