import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { session, checkLock } from '../session/session.ts';
import { failure, fakeServer, held, json } from '../testing/fake-server.ts';
import { appState } from '../testing/page-data.ts';
import { RenewDialog } from './renew-dialog.tsx';

const server = fakeServer();
const ROUTE = 'POST /api/vault/renew';
const CODE = 'postern1-new-code';
const ANSWER = { recoveryCode: CODE, state: appState(), secret: 'the new half' };

describe('RenewDialog', () => {
  it('changes the passphrase by keyboard, and closes only when the new code is confirmed', async () => {
    const onClose = vi.fn();
    server.reply(ROUTE, json(ANSWER));
    render(<RenewDialog renewed="passphrase" hasPassphrase onClose={onClose} />);
    expect(document.activeElement).toBe(screen.getByLabelText('Current passphrase'));
    await userEvent.keyboard('old passphrase');
    await userEvent.type(screen.getByLabelText('New passphrase'), 'four calling birds today');
    await userEvent.type(screen.getByLabelText('Confirm passphrase'), 'four calling birds today');
    await userEvent.keyboard('{Enter}');
    expect((await screen.findByLabelText('Recovery code')).textContent).toBe(CODE);
    expect(server.sentTo(ROUTE)).toEqual([
      { passphrase: 'old passphrase', newPassphrase: 'four calling birds today' },
    ]);
    expect(window.sessionStorage.getItem('postern-session')).toBe('the new half');
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(onClose).not.toHaveBeenCalled();
    expect(screen.getByText('Save the code before you continue.')).not.toBeNull();
    await userEvent.click(screen.getByLabelText('I’ve saved the recovery code'));
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
    expect(onClose).toHaveBeenCalledOnce();
  });

  it('accepts the recovery code instead of a lost passphrase', async () => {
    server.reply(ROUTE, json(ANSWER));
    render(<RenewDialog renewed="passphrase" hasPassphrase onClose={() => undefined} />);
    await userEvent.click(screen.getByRole('button', { name: 'Use recovery code' }));
    await userEvent.type(screen.getByLabelText('Recovery code'), ' postern1-old ');
    await userEvent.type(screen.getByLabelText('New passphrase'), 'four calling birds today');
    await userEvent.type(screen.getByLabelText('Confirm passphrase'), 'four calling birds today');
    await userEvent.click(screen.getByRole('button', { name: 'Set passphrase' }));
    await screen.findByText(CODE);
    expect(server.sentTo(ROUTE)).toEqual([
      { recoveryCode: 'postern1-old', newPassphrase: 'four calling birds today' },
    ]);
  });

  it('shows a wrong passphrase and keeps the form', async () => {
    server.reply(ROUTE, failure('VAULT_WRONG_PASSPHRASE', 'Wrong passphrase.'));
    render(<RenewDialog renewed="recovery-code" hasPassphrase onClose={() => undefined} />);
    await userEvent.type(screen.getByLabelText('Current passphrase'), 'wrong');
    await userEvent.click(screen.getByRole('button', { name: 'Create code' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Wrong passphrase.');
    expect(screen.getByLabelText('Current passphrase')).toHaveProperty('value', 'wrong');
  });

  it('sends nothing while a field is missing', async () => {
    render(<RenewDialog renewed="passphrase" hasPassphrase onClose={() => undefined} />);
    await userEvent.click(screen.getByRole('button', { name: 'Set passphrase' }));
    expect(screen.getByText('Enter it to continue.')).not.toBeNull();
    expect(server.requests()).toEqual([]);
  });

  it('doesn’t show the lock screen while the vault is locked for the change', async () => {
    session.set({ at: 'open', state: appState(), firstRun: false, lost: false });
    const answer = held(json(ANSWER));
    server.reply(ROUTE, answer.reply);
    render(<RenewDialog renewed="recovery-code" hasPassphrase={false} onClose={() => undefined} />);
    await userEvent.click(screen.getByRole('button', { name: 'Create code' }));
    await checkLock();
    expect(server.sentTo('GET /api/state')).toEqual([]);
    answer.release();
    await screen.findByText(CODE);
    expect(session.get()).toMatchObject({ at: 'open', state: { phase: 'ready' } });
  });
});
