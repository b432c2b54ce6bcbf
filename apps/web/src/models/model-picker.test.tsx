import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { ModelFacts, ModelGroup } from '@postern/protocol';
import type { ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { modelGroup } from '../testing/page-data.ts';
import { ModelButton } from './model-button.tsx';
import { forgetPick, marks, models, pickedModels, pickModel, rememberedModel } from './models.ts';
import { useModelFor } from './use-model.ts';

const server = fakeServer();

function NewChatModel(): ReactElement {
  return <ModelButton id="new" model={useModelFor('new', undefined)} />;
}

async function openPicker(...groups: readonly ModelGroup[]): Promise<void> {
  models.set({ status: 'loaded', groups });
  server.reply('GET /api/models', json(groups));
  render(<NewChatModel />);
  await userEvent.click(screen.getByRole('button'));
  await screen.findByRole('combobox');
}

const rows = (): readonly (string | null)[] =>
  screen.queryAllByRole('option').map(({ textContent }) => textContent);
const marked = (): string | null => screen.getByRole('option', { selected: true }).textContent;
const ACME = modelGroup('Acme', 'large', 'small');
const DEMO = modelGroup('Demo', 'scripted');

describe('ModelPicker', () => {
  it('lists all models with the current one marked', async () => {
    await openPicker(ACME, DEMO);
    expect(rows()).toEqual(['large', 'small', 'scripted']);
    expect(marked()).toBe('large');
    expect(screen.getByLabelText('Selected').closest('[role=option]')?.textContent).toBe('large');
  });

  it('filters while typing and says when nothing matches', async () => {
    await openPicker(ACME, DEMO);
    await userEvent.keyboard('acme SMALL');
    expect(rows()).toEqual(['small']);
    await userEvent.keyboard('x');
    expect(rows()).toEqual([]);
    expect(screen.queryByText('No models found. Try another search.')).not.toBeNull();
    // Otherwise it would submit the form around the picker.
    expect(fireEvent.keyDown(screen.getByRole('combobox'), { key: 'Enter' })).toBe(false);
  });

  it('moves with the arrow keys and chooses with Enter', async () => {
    await openPicker(ACME, DEMO);
    await userEvent.keyboard('{ArrowUp}');
    expect(marked()).toBe('scripted');
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(pickedModels.get().get('new')?.model).toBe('small');
    expect(rememberedModel()).toEqual({ provider: 'acme', model: 'small' });
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByRole('button').textContent).toBe('smallAcme');
  });

  it('chooses with the mouse', async () => {
    await openPicker(ACME, DEMO);
    await userEvent.click(screen.getByRole('option', { name: /scripted/ }));
    expect(screen.getByRole('button').textContent).toBe('scriptedOffline demo');
  });

  it('shows what is known about a model', async () => {
    const facts: ModelFacts = {
      contextWindow: 200_000,
      inputModalities: ['text', 'image', 'file'],
      tools: true,
      reasoning: true,
      price: { input: 3, output: 15 },
    };
    const known = { id: 'acme-large-1', label: 'Large', facts };
    await openPicker({ ...ACME, local: true, models: [known] });
    const [row] = screen.getAllByRole('option');
    expect(row?.textContent).toBe('LargeLocal200K context$3 in · $15 outacme-large-1');
    for (const name of ['Reads images', 'Reads PDFs', 'Uses tools', 'Reasons']) {
      expect(screen.getByRole('img', { name })).toBeDefined();
    }
  });

  it('marks favourites by key and by mouse, which come first', async () => {
    const small = { provider: ACME.provider, model: 'small' };
    await openPicker(ACME, DEMO);
    server.reply('PUT /api/models/favourites', json({ favourites: [small], recents: [] }));
    await userEvent.keyboard('{ArrowDown}{Control>}d{/Control}');
    await waitFor(() => {
      expect(rows()).toEqual(['small', 'large', 'small', 'scripted']);
    });
    expect(server.sentTo('PUT /api/models/favourites')).toEqual([{ ...small, isFavourite: true }]);
    expect(await screen.findByText('small is a favourite.')).toBeDefined();
    expect(marked()).toBe('small');
    server.reply('PUT /api/models/favourites', json({ favourites: [], recents: [] }));
    const [star] = screen.getAllByTitle('Favourite');
    if (star !== undefined) await userEvent.click(star);
    await waitFor(() => {
      expect(rows()).toEqual(['large', 'small', 'scripted']);
    });
    expect(pickedModels.get().size).toBe(0);
    await userEvent.keyboard('{Enter}');
    expect(pickedModels.get().get('new')?.model).toBe('small');
  });

  it('says why a favourite couldn’t be stored', async () => {
    await openPicker(ACME);
    server.reply('PUT /api/models/favourites', failure('DISK_FULL', 'The disk is full.'));
    render(<Toasts />);
    await userEvent.keyboard('{Control>}d{/Control}');
    expect(
      await screen.findByText('Couldn’t change the favourites. The disk is full.'),
    ).toBeDefined();
  });

  it('renders only the rows in view of 400 models, and moves to the last one', async () => {
    const ids = Array.from({ length: 400 }, (_, at) => `model-${String(at)}`);
    await openPicker(modelGroup('Acme', ...ids));
    expect(rows().length).toBeLessThan(60);
    await userEvent.keyboard('{ArrowUp}');
    expect(marked()).toBe('model-399');
    const last = screen.getByRole('option', { selected: true });
    expect(last.getAttribute('aria-posinset')).toBe('400');
    expect(last.getAttribute('aria-setsize')).toBe('400');
  });

  it('offers the default preset’s model to new chats, unless another was picked', () => {
    marks.set({
      favourites: [],
      recents: [],
      ofDefault: { provider: ACME.provider, model: 'small' },
    });
    models.set({ status: 'loaded', groups: [ACME] });
    render(<NewChatModel />);
    expect(screen.getByRole('button').textContent).toBe('smallAcme');
    act(() => {
      pickModel('new', { provider: ACME.provider, model: 'large' });
    });
    expect(screen.getByRole('button').textContent).toBe('largeAcme');
    act(() => {
      forgetPick('new');
    });
    expect(screen.getByRole('button').textContent).toBe('smallAcme');
  });

  it('says which providers could not list their models', async () => {
    const broken = {
      ...ACME,
      failure: { code: 'UPSTREAM_UNREACHABLE', message: 'Acme can’t be reached.' },
    } as const;
    await openPicker(broken, DEMO);
    expect(
      screen.getByText('Couldn’t load models from Acme. Acme can’t be reached.'),
    ).toBeDefined();
  });

  it('shows why no model could be loaded', async () => {
    server.reply('GET /api/models', failure('VAULT_LOCKED', 'Postern is locked.'));
    render(<NewChatModel />);
    await userEvent.click(screen.getByRole('button', { name: 'Choose model' }));
    expect(await screen.findByText('Postern is locked.')).toHaveProperty('isConnected', true);
  });
});
