import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { ModelGroup } from '@postern/protocol';
import type { ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { modelGroup } from '../testing/page-data.ts';
import { ModelButton } from './model-button.tsx';
import { models, pickedModels, rememberedModel } from './models.ts';
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
