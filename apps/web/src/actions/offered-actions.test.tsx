import { presetId, providerId, type Preset } from '@postern/protocol';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newChatSettings } from '../chat-settings/chat-settings.ts';
import { Toasts } from '../controls/toasts.tsx';
import { pickedModels } from '../models/models.ts';
import { navigate } from '../navigation/route.ts';
import { actions, runAction } from '../shortcuts/action.ts';
import { ShortcutsSheet } from '../shortcuts/shortcuts-sheet.tsx';
import { openWhenShown, useOpener, type Opened } from '../state/openers.ts';
import { fakeServer, json } from '../testing/fake-server.ts';
import { ACTION_TABLE, offerActions } from './action-table.ts';

const server = fakeServer();
const PRESET: Preset = {
  id: presetId.from('1'.repeat(26)),
  name: 'Translator',
  settings: { temperature: 0.2 },
  model: { provider: providerId.from('acme'), model: 'large' },
};

let stop: () => void;

beforeEach(async () => {
  server.reply('GET /api/presets', json([PRESET]));
  server.reply('PUT /api/chat-settings', json({}));
  stop = offerActions();
  await waitFor(() => {
    expect(actions.get()).toHaveLength(ACTION_TABLE.length + 1);
  });
});

afterEach(() => {
  cleanup();
  stop();
});

it('begins a chat with a preset, and undoes that', async () => {
  render(<Toasts />);
  const before = newChatSettings();
  runAction(`new-chat-preset-${PRESET.id}`);
  const undo = await screen.findByRole('button', { name: 'Undo' });
  expect(location.hash).toBe('#/');
  expect([newChatSettings(), pickedModels.get().get('new')]).toEqual([
    PRESET.settings,
    PRESET.model,
  ]);
  undo.click();
  await waitFor(() => {
    expect([newChatSettings(), pickedModels.get().get('new')]).toEqual([before, undefined]);
  });
});

it('forgets the presets when the page closes', () => {
  stop();
  stop = () => undefined;
  expect(actions.get()).toEqual(ACTION_TABLE);
});

it('the sheet has every action, also those without keys', () => {
  render(<ShortcutsSheet onClose={() => undefined} />);
  const shown = screen.getAllByRole('term').map(({ textContent }) => textContent);
  expect(shown).toEqual(expect.arrayContaining(actions.get().map(({ label }) => label())));
});

function Owner({ opened, log }: { readonly opened: Opened; readonly log: string[] }): null {
  useOpener(opened, () => {
    log.push(opened);
  });
  return null;
}

it('opens a dialog whose section is still loading, but not after the user has left', async () => {
  const log: string[] = [];
  navigate({ at: 'settings', section: 'storage' });
  openWhenShown('erase');
  const { unmount } = render(<Owner opened="erase" log={log} />);
  expect(log).toEqual(['erase']);
  unmount();
  openWhenShown('export-all');
  navigate({ at: 'new' });
  await waitFor(() => {
    expect(location.hash).toBe('#/');
  });
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  navigate({ at: 'settings', section: 'storage' });
  render(<Owner opened="export-all" log={log} />);
  expect(log).toEqual(['erase']);
});
