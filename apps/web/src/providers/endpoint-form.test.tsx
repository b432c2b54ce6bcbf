import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { provider } from '../testing/page-data.ts';
import { EndpointForm } from './endpoint-form.tsx';

const server = fakeServer();
const POST = 'POST /api/providers';
const type = (label: string, text: string): Promise<void> =>
  userEvent.type(screen.getByLabelText(label), text);
const add = (): Promise<void> =>
  userEvent.click(screen.getByRole('button', { name: 'Add endpoint' }));

describe('EndpointForm', () => {
  it('adds an endpoint with the chosen format, authentication and models', async () => {
    const done = vi.fn();
    server.reply(POST, json(provider({ builtIn: false })));
    server.reply('GET /api/models', json([]));
    render(<EndpointForm onDone={done} />);
    await type('Name', 'My Server');
    await type('Base URL', 'http://127.0.0.1:8000/v1');
    await userEvent.selectOptions(screen.getByLabelText('API format'), 'anthropic-messages');
    await userEvent.selectOptions(screen.getByLabelText('Send key as'), 'x-api-key');
    await type('Models', 'one, two');
    await add();
    expect(server.sentTo(POST)).toEqual([
      {
        id: 'my-server',
        label: 'My Server',
        dialect: 'anthropic-messages',
        baseUrl: 'http://127.0.0.1:8000/v1',
        auth: 'x-api-key',
        models: ['one', 'two'],
      },
    ]);
    expect(done).toHaveBeenCalledOnce();
  });

  it('derives the id from the name until the user edits the id', async () => {
    render(<EndpointForm onDone={vi.fn()} />);
    await type('Name', 'My Server');
    const id = screen.getByLabelText('Id');
    expect(id).toHaveProperty('value', 'my-server');
    await type('Id', '-2');
    await type('Name', ' again');
    expect(id).toHaveProperty('value', 'my-server-2');
  });

  it('marks every invalid field and sends nothing', async () => {
    render(<EndpointForm onDone={vi.fn()} />);
    await type('Base URL', 'nonsense');
    await add();
    for (const label of ['Name', 'Id', 'Base URL']) {
      expect(screen.getByLabelText(label).getAttribute('aria-invalid')).toBe('true');
    }
    expect(
      screen.queryByText('Enter a full URL, such as http://127.0.0.1:8000/v1.'),
    ).not.toBeNull();
    expect(screen.getByLabelText('Models').getAttribute('aria-invalid')).toBe('false');
    expect(server.requests()).toEqual([]);
  });

  it('stays open when the server refuses', async () => {
    const done = vi.fn();
    server.reply(POST, failure('PROVIDER_NAME_TAKEN', 'This id is taken.'));
    render(<EndpointForm onDone={done} />);
    await type('Name', 'Acme');
    await type('Base URL', 'https://acme.example');
    await add();
    expect((await screen.findByRole('alert')).textContent).toContain('This id is taken.');
    expect(done).not.toHaveBeenCalled();
  });

  it('cancels', async () => {
    const done = vi.fn();
    render(<EndpointForm onDone={done} />);
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(done).toHaveBeenCalledOnce();
  });
});

describe('EndpointForm for an endpoint that exists', () => {
  const known = provider({ builtIn: false, hasKey: true, baseUrl: 'https://box.example/v1' });
  const PUT = 'PUT /api/providers/acme';
  const save = (): Promise<void> => userEvent.click(screen.getByRole('button', { name: 'Save' }));

  it('starts with its settings, sends the change and no id', async () => {
    const done = vi.fn();
    server.reply(PUT, json(known));
    server.reply('GET /api/models', json([]));
    render(<EndpointForm provider={{ ...known, models: ['one', 'two'] }} onDone={done} />);
    expect(screen.queryByLabelText('Id')).toBeNull();
    expect(screen.getByLabelText('Models')).toHaveProperty('value', 'one, two');
    await userEvent.clear(screen.getByLabelText('Name'));
    await type('Name', 'New name');
    await save();
    expect(server.sentTo(PUT)).toEqual([
      {
        label: 'New name',
        dialect: 'openai-chat',
        baseUrl: 'https://box.example/v1',
        auth: 'bearer',
        models: ['one', 'two'],
      },
    ]);
    expect(done).toHaveBeenCalledOnce();
  });

  it('says that the key goes to a new address', async () => {
    render(<EndpointForm provider={known} onDone={vi.fn()} />);
    expect(screen.queryByText(/will send the stored key/)).toBeNull();
    await type('Base URL', '/other');
    expect(screen.queryByText(/will send the stored key/)).not.toBeNull();
  });

  it('offers to trust a host on the LAN, by keyboard, and not one elsewhere', async () => {
    server.reply(PUT, json(known));
    server.reply('GET /api/models', json([]));
    render(<EndpointForm provider={known} onDone={vi.fn()} />);
    expect(screen.queryByLabelText('Trust this host')).toBeNull();
    await userEvent.clear(screen.getByLabelText('Base URL'));
    await type('Base URL', 'http://box.lan:8000/v1');
    expect(
      screen.queryByText(/may then connect to box.lan on your private network/),
    ).not.toBeNull();
    screen.getByLabelText('Trust this host').focus();
    await userEvent.keyboard(' ');
    await save();
    expect(server.sentTo(PUT)).toMatchObject([
      { baseUrl: 'http://box.lan:8000/v1', trustHost: true },
    ]);
  });

  it('shows that a host is trusted, and takes that back', async () => {
    const trusted = { ...known, baseUrl: 'https://vpn.example', trusted: true, local: true };
    server.reply(PUT, json(known));
    server.reply('GET /api/models', json([]));
    render(<EndpointForm provider={trusted} onDone={vi.fn()} />);
    const box = screen.getByLabelText('Trust this host');
    expect(box).toHaveProperty('checked', true);
    await userEvent.click(box);
    await save();
    expect(server.sentTo(PUT)).toMatchObject([{ trustHost: false }]);
  });
});
