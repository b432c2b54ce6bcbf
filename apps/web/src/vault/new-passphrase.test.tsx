import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useState, type ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { NewPassphrase } from './new-passphrase.tsx';

function Form({ showErrors = false }: { readonly showErrors?: boolean }): ReactElement {
  const [entry, setEntry] = useState({ first: '', second: '' });
  return <NewPassphrase entry={entry} onEntry={setEntry} showErrors={showErrors} />;
}

describe('NewPassphrase', () => {
  it('rates the passphrase while it is typed', async () => {
    render(<Form />);
    const field = screen.getByLabelText('Passphrase');
    expect(screen.queryByText('Use four or five unrelated words.')).not.toBeNull();
    await userEvent.type(field, 'password');
    expect(screen.queryByText('Weak. Use four or five unrelated words.')).not.toBeNull();
    await userEvent.clear(field);
    await userEvent.type(field, 'correct horse battery staple');
    expect(screen.queryByText('Strong.')).not.toBeNull();
  });

  it('reports a mismatch only once the second field has text', async () => {
    render(<Form />);
    await userEvent.type(screen.getByLabelText('Passphrase'), 'lantern');
    expect(screen.queryByText('The passphrases don’t match.')).toBeNull();
    const second = screen.getByLabelText('Confirm passphrase');
    await userEvent.type(second, 'lanter');
    expect(screen.queryByText('The passphrases don’t match.')).not.toBeNull();
    expect(second.getAttribute('aria-invalid')).toBe('true');
    await userEvent.type(second, 'n');
    expect(screen.queryByText('The passphrases don’t match.')).toBeNull();
  });

  it('masks the passphrase until the user shows it', async () => {
    render(<Form />);
    const field = screen.getByLabelText('Passphrase');
    expect(field.getAttribute('type')).toBe('password');
    const [show] = screen.getAllByRole('button', { name: 'Show text' });
    if (show === undefined) throw new Error('no button');
    await userEvent.click(show);
    expect(field.getAttribute('type')).toBe('text');
    expect(screen.queryByRole('button', { name: 'Hide text' })).not.toBeNull();
  });
});
