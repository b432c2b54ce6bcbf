import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import { applyState, session } from '../session/session.ts';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { appState, NO_KEYRING } from '../testing/page-data.ts';
import { StorageSection } from './storage-section.tsx';

const server = fakeServer();

beforeEach(() => {
  applyState(appState());
});

describe('StorageSection', () => {
  it.each([
    ['keyring', 'Stored in the system keyring. Postern unlocks when you log in.'],
    ['file', 'Stored in an encrypted file. Your passphrase or recovery code unlocks it.'],
  ] as const)('says where secrets are stored: %s', (storage, text) => {
    render(<StorageSection state={appState({ storage })} />);
    expect(screen.queryByText(text)).not.toBeNull();
    expect(screen.queryByText('Available.')).not.toBeNull();
  });

  it('says why the keyring is not available', () => {
    render(<StorageSection state={appState({ keyring: NO_KEYRING })} />);
    expect(screen.queryByText('There is no session bus.')).not.toBeNull();
  });

  it('locks Postern and reloads the state', async () => {
    server.reply('POST /api/lock', json(appState({ phase: 'locked' })));
    server.reply('GET /api/state', json(appState({ phase: 'locked' })));
    render(<StorageSection state={appState()} />);
    await userEvent.click(screen.getByRole('button', { name: 'Lock' }));
    await expect.poll(() => session.get()).toMatchObject({ state: { phase: 'locked' } });
  });

  it('says so when Postern could not be locked', async () => {
    server.reply('POST /api/lock', failure('VAULT_BUSY', 'The vault is busy.'));
    render(
      <>
        <StorageSection state={appState()} />
        <Toasts />
      </>,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Lock' }));
    expect(await screen.findByText('Couldn’t lock Postern. The vault is busy.')).toHaveProperty(
      'isConnected',
      true,
    );
    expect(session.get()).toMatchObject({ state: { phase: 'ready' } });
  });
});
