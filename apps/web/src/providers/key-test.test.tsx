import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { failure, fakeServer, held, json } from '../testing/fake-server.ts';
import { provider } from '../testing/page-data.ts';
import { KeyTestButton } from './key-test.tsx';

const server = fakeServer();
const TEST = 'POST /api/providers/acme/test';
const press = (): Promise<void> => userEvent.click(screen.getByRole('button', { name: /^Test/ }));

describe('KeyTestButton', () => {
  it.each([
    [1, 'Connected. Found 1 model in 12 ms.'],
    [7, 'Connected. Found 7 models in 12 ms.'],
  ])('reports %i models', async (modelCount, text) => {
    server.reply(TEST, json({ ok: true, modelCount, latencyMs: 12.4 }));
    render(<KeyTestButton provider={provider({ hasKey: true })} />);
    await press();
    expect(await screen.findByText(text)).toHaveProperty('isConnected', true);
  });

  it('shows why the provider refused the key', async () => {
    const remedy = 'Replace the key.';
    server.reply(
      TEST,
      json({ ok: false, code: 'UPSTREAM_KEY_REFUSED', message: 'Acme refused the key.', remedy }),
    );
    render(<KeyTestButton provider={provider({ hasKey: true })} />);
    await press();
    expect((await screen.findByRole('alert')).textContent).toContain(
      'Acme refused the key.Replace the key.UPSTREAM_KEY_REFUSED',
    );
  });

  it('shows a failed request until the next test starts', async () => {
    server.reply(TEST, failure('VAULT_LOCKED', 'Postern is locked.'));
    render(<KeyTestButton provider={provider({ hasKey: true })} />);
    await press();
    await screen.findByText('Postern is locked.');
    const later = held(json({ ok: true, modelCount: 2, latencyMs: 1 }));
    server.reply(TEST, later.reply);
    await press();
    expect(screen.queryByText('Postern is locked.')).toBeNull();
    later.release();
    expect(await screen.findByText(/Connected/)).toHaveProperty('isConnected', true);
  });

  it('cannot be pressed twice while it runs', async () => {
    const later = held(json({ ok: true, modelCount: 2, latencyMs: 1 }));
    server.reply(TEST, later.reply);
    render(<KeyTestButton provider={provider({ needsKey: false })} />);
    await press();
    await press();
    expect(screen.getByRole('button', { name: 'Test' }).getAttribute('aria-busy')).toBe('true');
    later.release();
    await screen.findByText(/Connected/);
    expect(server.sentTo(TEST)).toHaveLength(1);
  });
});
