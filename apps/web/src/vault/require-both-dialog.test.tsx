import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequireBothRow } from '../settings/require-both-row.tsx';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { appState, storageView } from '../testing/page-data.ts';
import { RequireBothDialog } from './require-both-dialog.tsx';

const server = fakeServer();
const ROUTE = 'POST /api/vault/renew';
const CODE = 'postern1-new-code';
const PHRASE = 'four calling birds today';
const ON = { state: appState({ requiresBoth: true }), secret: 'the new half' };
const OFF = { state: appState({ storage: 'keyring' }), secret: 'the new half' };
const dialogOf = (props: Partial<Parameters<typeof RequireBothDialog>[0]>) => (
  <RequireBothDialog
    isOn={false}
    hasPassphrase
    isKeyringAvailable
    onClose={() => undefined}
    {...props}
  />
);

describe('turning it on', () => {
  it('asks for a first passphrase by keyboard, and shows the new recovery code', async () => {
    const onClose = vi.fn();
    server.reply(ROUTE, json({ ...ON, recoveryCode: CODE }));
    render(dialogOf({ hasPassphrase: false, onClose }));
    expect(document.activeElement).toBe(screen.getByLabelText('New passphrase'));
    await userEvent.keyboard(PHRASE);
    await userEvent.type(screen.getByLabelText('Confirm passphrase'), `${PHRASE}{Enter}`);
    expect((await screen.findByLabelText('Recovery code')).textContent).toBe(CODE);
    expect(server.sentTo(ROUTE)).toEqual([{ newPassphrase: PHRASE, unlockWith: 'both' }]);
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(onClose).not.toHaveBeenCalled();
    await userEvent.click(screen.getByLabelText('I’ve saved the recovery code'));
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
    expect(onClose).toHaveBeenCalledOnce();
  });

  it('asks for the passphrase that the vault has, and not for the recovery code', async () => {
    server.reply(ROUTE, failure('VAULT_WRONG_PASSPHRASE', 'Wrong passphrase.'));
    render(dialogOf({}));
    expect(screen.queryByRole('button', { name: 'Use recovery code' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Turn on' }));
    expect(screen.queryByText('Enter it to continue.')).not.toBeNull();
    expect(server.sentTo(ROUTE)).toEqual([]);
    await userEvent.type(screen.getByLabelText('Current passphrase'), 'wrong{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('Wrong passphrase.');
    expect(server.sentTo(ROUTE)).toEqual([{ passphrase: 'wrong', unlockWith: 'both' }]);
  });
});

describe('turning it off', () => {
  it('leaves the keyring, and closes without a new code', async () => {
    const onClose = vi.fn();
    server.reply(ROUTE, json(OFF));
    render(dialogOf({ isOn: true, onClose }));
    expect(screen.getByRole('radio', { name: 'System keyring' })).toHaveProperty('checked', true);
    await userEvent.type(screen.getByLabelText('Current passphrase'), `${PHRASE}{Enter}`);
    await expect.poll(() => onClose.mock.calls.length).toBe(1);
    expect(server.sentTo(ROUTE)).toEqual([{ passphrase: PHRASE, unlockWith: 'keyring' }]);
  });

  it('with a lost keyring, takes the recovery code and a new passphrase', async () => {
    server.reply(ROUTE, json({ ...OFF, recoveryCode: CODE }));
    render(dialogOf({ isOn: true, isKeyringAvailable: false }));
    expect(screen.getByRole('radio', { name: 'System keyring' })).toHaveProperty('disabled', true);
    expect(screen.getByRole('radio', { name: 'Passphrase' })).toHaveProperty('checked', true);
    await userEvent.click(screen.getByRole('button', { name: 'Use recovery code' }));
    await userEvent.type(screen.getByLabelText('Recovery code'), ' postern1-old ');
    await userEvent.type(screen.getByLabelText('New passphrase'), PHRASE);
    await userEvent.type(screen.getByLabelText('Confirm passphrase'), PHRASE);
    await userEvent.click(screen.getByRole('button', { name: 'Turn off' }));
    await screen.findByText(CODE);
    expect(server.sentTo(ROUTE)).toEqual([
      { recoveryCode: 'postern1-old', newPassphrase: PHRASE, unlockWith: 'passphrase' },
    ]);
  });
});

describe('the setting', () => {
  beforeEach(() => {
    server.reply('GET /api/storage', json(storageView({ slots: ['keyring', 'recovery'] })));
  });

  it('opens the dialog and stays off until that is done', async () => {
    render(<RequireBothRow state={appState({ storage: 'keyring' })} />);
    const toggle = screen.getByRole('switch', { name: 'Require passphrase and keyring' });
    await userEvent.click(toggle);
    const dialog = await screen.findByRole('dialog', { name: 'Require passphrase and keyring' });
    expect(within(dialog).queryByLabelText('New passphrase')).not.toBeNull();
    expect(toggle).toHaveProperty('checked', false);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('can be turned off, but not on, without a keyring', () => {
    const keyring = { available: false, code: 'KEYRING_UNAVAILABLE', message: 'None.' } as const;
    const { rerender } = render(<RequireBothRow state={appState({ keyring })} />);
    const toggle = screen.getByRole('switch', { name: 'Require passphrase and keyring' });
    expect(toggle).toHaveProperty('disabled', true);
    rerender(<RequireBothRow state={appState({ keyring, requiresBoth: true })} />);
    expect(toggle).toMatchObject({ disabled: false, checked: true });
  });
});
