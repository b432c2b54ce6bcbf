import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { modelGroup, provider } from '../testing/page-data.ts';
import { KeyForm } from './key-form.tsx';

const server = fakeServer();
const PUT = 'PUT /api/providers/acme/key';

async function enterKey(key: string): Promise<void> {
  await userEvent.type(screen.getByLabelText('Acme API key'), key);
  await userEvent.click(screen.getByRole('button', { name: 'Save key' }));
}

describe('KeyForm', () => {
  it('saves the key, clears the field and offers a test', async () => {
    const stored = vi.fn();
    server.reply(PUT, json(provider({ hasKey: true })));
    server.reply('GET /api/models', json([modelGroup('Acme', 'a-1')]));
    render(<KeyForm provider={provider()} onStored={stored} />);
    expect(screen.queryByRole('button', { name: 'Test key' })).toBeNull();
    await enterKey('  sk-1 ');
    expect(server.sentTo(PUT)).toEqual([{ key: 'sk-1', force: false }]);
    expect(await screen.findByText('Key saved.')).toHaveProperty('isConnected', true);
    expect(screen.getByLabelText('Acme API key')).toHaveProperty('value', '');
    expect(screen.queryByRole('button', { name: 'Test key' })).not.toBeNull();
    expect(stored).toHaveBeenCalledOnce();
  });

  it('never shows the key as plain text unless asked', async () => {
    render(<KeyForm provider={provider()} />);
    const field = screen.getByLabelText('Acme API key');
    expect(field.getAttribute('type')).toBe('password');
    await userEvent.click(screen.getByRole('button', { name: 'Show text' }));
    expect(field.getAttribute('type')).toBe('text');
  });

  it('saves a key of unexpected form only after confirmation', async () => {
    server.reply(PUT, failure('SECRET_FORM_UNEXPECTED', 'This doesn’t look like a key.'));
    server.reply('GET /api/models', json([]));
    render(<KeyForm provider={provider()} />);
    await enterKey('hello');
    expect(screen.queryByText('Check the key, or save it anyway.')).not.toBeNull();
    server.reply(PUT, json(provider({ hasKey: true })));
    await userEvent.click(screen.getByRole('button', { name: 'Save anyway' }));
    expect(server.sentTo(PUT)).toEqual([
      { key: 'hello', force: false },
      { key: 'hello', force: true },
    ]);
    expect(await screen.findByText('Key saved.')).toHaveProperty('isConnected', true);
  });

  it('shows other failures without an override', async () => {
    server.reply(PUT, failure('KEYRING_LOCKED', 'The keyring is locked.', 'Unlock it.'));
    render(<KeyForm provider={provider()} />);
    await enterKey('sk-1');
    expect(screen.getByRole('alert').textContent).toContain('The keyring is locked.Unlock it.');
    expect(screen.queryByRole('button', { name: 'Save anyway' })).toBeNull();
    expect(screen.getByLabelText('Acme API key')).toHaveProperty('value', 'sk-1');
  });

  it('sends nothing without a key', async () => {
    render(<KeyForm provider={provider()} />);
    await userEvent.type(screen.getByLabelText('Acme API key'), '   {Enter}');
    expect(server.requests()).toEqual([]);
  });
});
