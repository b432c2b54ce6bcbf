import { presetId, providerId, type Preset } from '@postern/protocol';
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useState, type ReactElement } from 'react';
import { beforeEach, expect, it } from 'vitest';
import { pickedModels } from '../models/models.ts';
import { AppliedPreset, useAppliedPresets } from './applied-preset.tsx';
import { draftOf } from './settings-draft.ts';

const preset = (name: string, more: Partial<Preset>): Preset => ({
  id: presetId.from('0'.repeat(26)),
  name,
  settings: {},
  ...more,
});
const WARM = preset('Warm', {
  settings: { temperature: 1 },
  model: { provider: providerId.from('acme'), model: 'large' },
});
const SHORT = preset('Short', { settings: { maxOutputTokens: 100 } });

function Panel(): ReactElement {
  const [draft, setDraft] = useState(draftOf({ systemPrompt: 'Be kind.' }));
  const applied = useAppliedPresets('new', draft, setDraft);
  return (
    <>
      <AppliedPreset {...applied} />
      <output>{JSON.stringify(draft)}</output>
      <button
        onClick={() => {
          applied.apply(WARM);
        }}
      >
        Warm
      </button>
      <button
        onClick={() => {
          applied.apply(SHORT);
        }}
      >
        Short
      </button>
      <button onClick={applied.undoAll}>Discard</button>
    </>
  );
}

const press = (name: string): Promise<void> =>
  userEvent.click(screen.getByRole('button', { name }));
const draft = (): string => document.querySelector('output')?.textContent ?? '';
const model = (): string | undefined => pickedModels.get().get('new')?.model;

beforeEach(() => {
  pickedModels.set(new Map());
  render(<Panel />);
});

it('says what a preset changed, and undoes one after the other', async () => {
  await press('Warm');
  expect(screen.getByText('Preset “Warm” applied.')).toBeDefined();
  expect(screen.getByText('large · Temperature 1')).toBeDefined();
  expect(model()).toBe('large');
  await press('Short');
  expect(draft()).toContain('"maxOutputTokens":"100"');
  await press('Undo');
  expect(draft()).toContain('"temperature":"1"');
  expect(screen.getByText('Preset “Warm” applied.')).toBeDefined();
  await press('Undo');
  expect(draft()).toContain('Be kind.');
  expect(model()).toBeUndefined();
  expect(screen.queryByText(/applied/)).toBeNull();
});

it('gives back the model too when the changes are discarded', async () => {
  await press('Warm');
  await press('Short');
  await press('Discard');
  expect(draft()).toContain('Be kind.');
  expect(model()).toBeUndefined();
});
