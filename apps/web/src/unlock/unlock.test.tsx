import { SESSION_HEADER } from '@postern/protocol';
import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { sessionHeader } from '../api/page-secret.ts';
import { session } from '../session/session.ts';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { appState, NO_KEYRING } from '../testing/page-data.ts';
import { Unlock } from './unlock.tsx';

const server = fakeServer();
const locked = appState({ phase: 'locked' });

describe('Unlock', () => {
  it('unlocks with the passphrase and keeps the new session secret', async () => {
    server.reply('POST /api/unlock', json({ state: appState(), secret: 'half' }));
    render(<Unlock state={locked} />);
    const user = userEvent.setup();
    expect(screen.getByRole('button', { name: 'Unlock' })).toHaveProperty('disabled', true);
    await user.type(screen.getByLabelText('Passphrase'), 'three blind mice{Enter}');
    expect(server.sentTo('POST /api/unlock')).toEqual([{ passphrase: 'three blind mice' }]);
    expect(session.get()).toMatchObject({ at: 'open', state: { phase: 'ready' } });
    expect(sessionHeader()).toEqual({ [SESSION_HEADER]: 'half' });
  });

  it('shows why the passphrase was refused and keeps what was typed', async () => {
    server.reply(
      'POST /api/unlock',
      failure('VAULT_WRONG_PASSPHRASE', 'Wrong passphrase.', 'Try again.'),
    );
    render(<Unlock state={locked} />);
    const field = screen.getByLabelText('Passphrase');
    await userEvent.type(field, 'wrong{Enter}');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Wrong passphrase.Try again.VAULT_WRONG_PASSPHRASE');
    expect(field).toHaveProperty('value', 'wrong');
  });

  it('sends the recovery code without surrounding spaces', async () => {
    server.reply('POST /api/unlock', json({ state: appState() }));
    render(<Unlock state={locked} />);
    await userEvent.click(screen.getByRole('button', { name: 'Use recovery code' }));
    await userEvent.type(screen.getByLabelText('Recovery code'), '  postern1-abcd {Enter}');
    expect(server.sentTo('POST /api/unlock')).toEqual([{ recoveryCode: 'postern1-abcd' }]);
  });

  it('offers the keyring first if it stores the key', async () => {
    server.reply('POST /api/unlock', json({ state: appState() }));
    render(<Unlock state={{ ...locked, storage: 'keyring' }} />);
    expect(screen.queryByRole('textbox')).toBeNull();
    // A vault that was just locked must not be unlocked by the next Enter.
    await userEvent.keyboard('{Enter}');
    expect(server.requests()).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Use keyring' }));
    expect(server.sentTo('POST /api/unlock')).toEqual([{ keyring: true }]);
  });

  it('says why the keyring is not available', () => {
    render(<Unlock state={{ ...locked, storage: 'keyring', keyring: NO_KEYRING }} />);
    expect(screen.queryByText('There is no session bus.')).not.toBeNull();
  });
});
