import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, fakeServer, json, noContent } from '../testing/fake-server.ts';
import { provider } from '../testing/page-data.ts';
import { ProviderCard } from './provider-card.tsx';
import { providers } from './providers.ts';

const server = fakeServer();
const names = (): readonly (string | null)[] =>
  screen.queryAllByRole('button').map(({ textContent }) => textContent);
const click = (name: string): Promise<void> =>
  userEvent.click(screen.getByRole('button', { name }));

beforeEach(() => {
  server.reply('GET /api/models', json([]));
});

describe('ProviderCard', () => {
  it.each([
    ['without a key', {}, 'No key', ['Add key']],
    ['with a key', { hasKey: true }, 'Key saved', ['Replace key', 'Remove key', 'Test key']],
    ['that runs locally', { needsKey: false, local: true }, 'Runs locally', ['Test']],
    ['without authentication', { needsKey: false }, 'No key needed', ['Test']],
    [
      'that the user added',
      { hasKey: true, builtIn: false },
      'Key saved',
      ['Replace key', 'Remove key', 'Edit', 'Remove endpoint', 'Test key'],
    ],
    ['that is the demo', { demo: true }, 'Offline demo', []],
  ])('offers the actions of a provider %s', (_name, changes, state, buttons) => {
    render(<ProviderCard provider={provider(changes)} />);
    expect(screen.queryAllByText(state)).not.toEqual([]);
    expect(names()).toEqual(buttons);
  });

  it('opens and closes the key form', async () => {
    render(<ProviderCard provider={provider()} />);
    await click('Add key');
    expect(screen.queryByLabelText('Acme API key')).not.toBeNull();
    await click('Add key');
    expect(screen.queryByLabelText('Acme API key')).toBeNull();
  });

  it('removes the key only after confirmation', async () => {
    server.reply('DELETE /api/providers/acme/key', json(provider()));
    render(<ProviderCard provider={provider({ hasKey: true })} />);
    await click('Remove key');
    await click('Cancel');
    expect(server.requests()).toEqual([]);
    await click('Remove key');
    const dialog = screen.getByRole('dialog', { name: 'Remove the Acme key?' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove key' }));
    expect(server.sentTo('DELETE /api/providers/acme/key')).toHaveLength(1);
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
  });

  it('keeps the dialog open when the removal fails', async () => {
    server.reply('DELETE /api/providers/acme/key', failure('KEYRING_LOCKED', 'It is locked.'));
    render(<ProviderCard provider={provider({ hasKey: true })} />);
    await click('Remove key');
    const dialog = screen.getByRole('dialog');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove key' }));
    expect((await within(dialog).findByRole('alert')).textContent).toContain('It is locked.');
  });

  it('removes an endpoint from the list', async () => {
    const mine = provider({ builtIn: false });
    providers.set({ status: 'loaded', list: [mine] });
    server.reply('DELETE /api/providers/acme', noContent());
    render(<ProviderCard provider={mine} />);
    await click('Remove endpoint');
    const dialog = screen.getByRole('dialog', { name: 'Remove Acme?' });
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove endpoint' }));
    await expect.poll(() => providers.get().list).toEqual([]);
  });
});
