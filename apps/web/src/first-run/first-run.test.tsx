import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { pickedModels } from '../models/models.ts';
import { applyState, session } from '../session/session.ts';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { appState, modelGroup, NO_KEYRING, provider } from '../testing/page-data.ts';
import { FirstRun } from './first-run.tsx';

const server = fakeServer();
const CODE = 'postern1-abcd-efgh';
const empty = appState({ phase: 'setup', storage: null });
const withoutKeyring = { ...empty, keyring: NO_KEYRING };

beforeEach(() => {
  server.reply('GET /api/providers', json([provider()]));
  server.reply('GET /api/models', json([modelGroup('Demo', 'scripted')]));
  server.reply('POST /api/setup', json({ recoveryCode: CODE, state: appState() }));
});

const click = async (name: string): Promise<void> => {
  await userEvent.click(screen.getByRole('button', { name }));
};

async function enterPassphrase(first: string, second: string): Promise<void> {
  await userEvent.type(screen.getByLabelText('Passphrase', { selector: '[type=password]' }), first);
  await userEvent.type(screen.getByLabelText('Confirm passphrase'), second);
}

describe('storage step', () => {
  it('recommends the keyring and sets the vault up without a passphrase', async () => {
    render(<FirstRun state={empty} />);
    expect(screen.getByRole('radio', { name: /System keyring/ })).toHaveProperty('checked', true);
    await click('Continue');
    expect(server.sentTo('POST /api/setup')).toEqual([{ storage: 'keyring' }]);
    expect((await screen.findByLabelText('Recovery code')).textContent).toBe(CODE);
  });

  it('falls back to a passphrase and says why the keyring is not available', async () => {
    render(<FirstRun state={withoutKeyring} />);
    expect(screen.queryByText(NO_KEYRING.available ? '' : NO_KEYRING.message)).not.toBeNull();
    expect(screen.getByRole('radio', { name: /System keyring/ })).toHaveProperty('disabled', true);
    await enterPassphrase('lantern moss window', 'lantern moss window');
    await click('Continue');
    expect(server.sentTo('POST /api/setup')).toEqual([
      { storage: 'file', passphrase: 'lantern moss window' },
    ]);
  });

  it.each([
    // Four characters, though JavaScript and the browser count eight code units.
    ['too short', '🔑🔑🔑🔑', '🔑🔑🔑🔑', 'Use at least 8 characters.'],
    ['mistyped', 'lantern moss window', 'lantern moss', 'The passphrases don’t match.'],
  ])('rejects a passphrase that is %s', async (_name, first, second, error) => {
    render(<FirstRun state={withoutKeyring} />);
    await enterPassphrase(first, second);
    await click('Continue');
    expect(screen.getAllByText(error).length).toBeGreaterThan(0);
    expect(server.sentTo('POST /api/setup')).toEqual([]);
  });

  it('explains an empty passphrase itself, without the browser’s bubble', async () => {
    render(<FirstRun state={withoutKeyring} />);
    expect(document.querySelector('form')?.noValidate).toBe(true);
    await click('Continue');
    expect(document.querySelector('.field-error')?.textContent).toBe('Use at least 8 characters.');
    expect(server.sentTo('POST /api/setup')).toEqual([]);
  });

  it('shows why the set-up failed and stays on the step', async () => {
    server.reply('POST /api/setup', failure('KEYRING_DENIED', 'The keyring said no.'));
    render(<FirstRun state={empty} />);
    await click('Continue');
    expect((await screen.findByRole('alert')).textContent).toContain('The keyring said no.');
    expect(screen.queryByRole('heading', { name: 'Choose how to unlock Postern' })).not.toBeNull();
  });

  it('offers to unlock a vault that a command has created meanwhile', async () => {
    applyState(empty);
    server.reply('POST /api/setup', failure('VAULT_EXISTS', 'There is a vault already.'));
    server.reply('GET /api/state', json(appState({ phase: 'locked' })));
    render(<FirstRun state={empty} />);
    await click('Continue');
    await expect
      .poll(() => session.get())
      .toMatchObject({ firstRun: false, state: { phase: 'locked' } });
  });
});

describe('recovery step', () => {
  it('is still there when the page renders anew, as in another language', async () => {
    const { unmount } = render(<FirstRun state={empty} />);
    await click('Continue');
    await screen.findByLabelText('Recovery code');
    unmount();
    render(<FirstRun state={appState()} />);
    expect(screen.getByLabelText('Recovery code').textContent).toBe(CODE);
  });

  it('continues only after the code was confirmed as saved', async () => {
    render(<FirstRun state={empty} />);
    await click('Continue');
    await screen.findByLabelText('Recovery code');
    expect(screen.getByRole('button', { name: 'Continue' })).toHaveProperty('disabled', true);
    await userEvent.click(screen.getByLabelText('I’ve saved the recovery code'));
    await click('Continue');
    expect(await screen.findByRole('heading', { name: 'Add an API key' })).toHaveProperty(
      'isConnected',
      true,
    );
  });

  it('copies the code', async () => {
    const user = userEvent.setup();
    render(<FirstRun state={empty} />);
    await click('Continue');
    await user.click(await screen.findByRole('button', { name: 'Copy' }));
    expect(await window.navigator.clipboard.readText()).toBe(CODE);
    expect(screen.queryByRole('button', { name: 'Copied' })).not.toBeNull();
  });
});

describe('key step', () => {
  beforeEach(() => {
    applyState(empty);
    applyState(appState());
  });

  it('starts the demo', async () => {
    render(<FirstRun state={appState()} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Try demo' }));
    await expect.poll(() => pickedModels.get().get('new')?.model).toBe('scripted');
    expect(session.get()).toMatchObject({ firstRun: false });
  });

  it('starts the chat once a key is saved', async () => {
    server.reply('PUT /api/providers/acme/key', json(provider({ hasKey: true })));
    render(<FirstRun state={appState()} />);
    expect(screen.queryByRole('button', { name: 'Start chatting' })).toBeNull();
    await userEvent.click(await screen.findByRole('button', { name: /Acme/ }));
    await userEvent.type(screen.getByLabelText('Acme API key'), 'sk-1{Enter}');
    await userEvent.click(await screen.findByRole('button', { name: 'Start chatting' }));
    expect(session.get()).toMatchObject({ firstRun: false });
  });

  it('starts the chat with a provider that needs no key', async () => {
    server.reply('GET /api/providers', json([provider({ needsKey: false, local: true })]));
    render(<FirstRun state={appState()} />);
    await userEvent.click(await screen.findByRole('button', { name: /Acme/ }));
    await userEvent.click(await screen.findByRole('button', { name: 'Start chatting' }));
    expect(session.get()).toMatchObject({ firstRun: false });
  });

  it('retries when the providers could not be loaded', async () => {
    server.reply('GET /api/providers', failure('INTERNAL', 'No providers.'));
    render(<FirstRun state={appState()} />);
    await screen.findByText('No providers.');
    server.reply('GET /api/providers', json([provider()]));
    await click('Try again');
    expect(await screen.findByRole('button', { name: /Acme/ })).toHaveProperty('isConnected', true);
  });
});
