import { presetId, promptId, type Preset, type Prompt } from '@postern/protocol';
import { render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import { models } from '../models/models.ts';
import { fakeServer, failure, json, noContent } from '../testing/fake-server.ts';
import { modelGroup } from '../testing/page-data.ts';
import { LibrarySection } from './library-section.tsx';

const server = fakeServer();
const ID = '0'.repeat(26);
const PROMPT: Prompt = { id: promptId.from(ID), name: 'Sum up', text: 'Sum up {{text}}.' };
const PRESET: Preset = {
  id: presetId.from(ID),
  name: 'Verse',
  model: { provider: 'acme', model: 'large' },
  settings: { systemPrompt: 'Answer in verse.', temperature: 0.5, effort: 'low' },
};

async function openLibrary(presets: readonly Preset[], prompts: readonly Prompt[]): Promise<void> {
  server.reply('GET /api/presets', json(presets));
  server.reply('GET /api/prompts', json(prompts));
  models.set({ status: 'loaded', groups: [modelGroup('Acme', 'large')] });
  render(
    <>
      <LibrarySection />
      <Toasts />
    </>,
  );
  await screen.findByText(prompts.length === 0 ? 'No prompts yet.' : 'Sum up');
}

describe('the library', () => {
  it('says that it is empty', async () => {
    await openLibrary([], []);
    expect(screen.getByText('No presets yet.')).toBeDefined();
  });

  it('says why it couldn’t be loaded', async () => {
    server.reply('GET /api/presets', failure('VAULT_LOCKED', 'Postern is locked.'));
    server.reply('GET /api/prompts', json([]));
    render(<LibrarySection />);
    expect(await screen.findByText('Postern is locked.')).toBeDefined();
  });

  it('shows what a preset has, makes it the default, and edits it', async () => {
    server.reply('POST /api/chat-settings/check', json([]));
    await openLibrary([PRESET], [PROMPT]);
    expect(
      screen.getByText('large · Temperature 0.5 · Effort: Low · Answer in verse.'),
    ).toBeDefined();
    const { id, ...input } = PRESET;
    server.reply(`PUT /api/presets/${id}`, json({ ...PRESET, isDefault: true }));
    server.reply('GET /api/presets', json([{ ...PRESET, isDefault: true }]));
    await userEvent.click(screen.getByRole('button', { name: 'Make default: Verse' }));
    expect(await screen.findByText('Default')).toBeDefined();
    expect(server.sentTo(`PUT /api/presets/${id}`)).toEqual([{ ...input, isDefault: true }]);
    await userEvent.click(screen.getByRole('button', { name: 'Edit Verse' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Edit preset' }));
    await userEvent.clear(dialog.getByLabelText('Temperature'));
    await userEvent.type(dialog.getByLabelText('Temperature'), 'warm');
    await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect(dialog.getByText('Enter a number from 0 to 2.')).toBeDefined();
    await userEvent.clear(dialog.getByLabelText('Temperature'));
    await userEvent.click(dialog.getByRole('button', { name: 'Any model' }));
    await userEvent.click(dialog.getByRole('checkbox'));
    await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
    await waitFor(() => {
      expect(server.sentTo(`PUT /api/presets/${id}`).at(-1)).toEqual({
        name: 'Verse',
        settings: { systemPrompt: 'Answer in verse.', effort: 'low' },
      });
    });
  });

  it.each([
    ['preset', 'Verse', 'presets', PRESET],
    ['prompt', 'Sum up', 'prompts', PROMPT],
  ])('deletes a %s, and undoes that', async (kind, name, path, { id, ...input }) => {
    await openLibrary([PRESET], [PROMPT]);
    server.reply(`DELETE /api/${path}/${id}`, noContent());
    server.reply(`GET /api/${path}`, json([]));
    await userEvent.click(screen.getByRole('button', { name: `Delete ${name}` }));
    expect(await screen.findByText(`No ${kind}s yet.`)).toBeDefined();
    server.reply(`PUT /api/${path}/${id}`, json({ id, ...input }));
    server.reply(`GET /api/${path}`, json([{ id, ...input }]));
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    expect(await screen.findByText(name)).toBeDefined();
    expect(server.sentTo(`PUT /api/${path}/${id}`)).toEqual([input]);
  });

  it('imports a file, and reports what was there', async () => {
    await openLibrary([], []);
    const file = { format: 'postern-library', version: 1, presets: [], prompts: [] };
    server.reply('POST /api/library', json({ added: 2, renamed: 1, unchanged: 1 }));
    const input = screen.getByLabelText('Library file');
    await userEvent.upload(
      input,
      new File([JSON.stringify(file)], 'a.json', { type: 'application/json' }),
    );
    expect(
      await screen.findByText(
        '2 presets and prompts added. 1 has a number, because its name was taken. 1 was there already.',
      ),
    ).toBeDefined();
    expect(server.sentTo('POST /api/library')).toEqual([file]);
    for (const text of ['{', '[]', '{"format":"other"}', 'null']) {
      await userEvent.upload(input, new File([text], 'b.json', { type: 'application/json' }));
      expect(await screen.findByText('This isn’t a library that Postern exported.')).toBeDefined();
    }
    expect(server.sentTo('POST /api/library')).toHaveLength(1);
  });
});
