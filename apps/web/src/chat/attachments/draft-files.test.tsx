import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { attachmentId, type Attachment, type ModelGroup } from '@postern/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Composer } from '../composer.tsx';
import { applyToDrafts, loadDrafts } from '../drafts.ts';
import { Toasts } from '../../controls/toasts.tsx';
import { models } from '../../models/models.ts';
import { failure, fakeServer, held, json, turnStream } from '../../testing/fake-server.ts';
import { conversation, modelGroup } from '../../testing/page-data.ts';

const server = fakeServer();
const CHAT = conversation(1);
const TURNS = `POST /api/conversations/${CHAT.id}/turns`;
const DRAFTS = 'PUT /api/drafts';

function attachment(number: number, changes: Partial<Attachment> = {}): Attachment {
  return {
    id: attachmentId.from(String(number).padStart(26, '0')),
    name: `file-${number}.txt`,
    mediaType: 'text/plain',
    size: 1500,
    ...changes,
  };
}

const PICTURE = attachment(7, { name: 'a.png', mediaType: 'image/png', width: 4, height: 3 });
const file = (name: string, content = 'text'): File => new File([content], name);
const field = (): HTMLElement => screen.getByLabelText('Message');
const sendButton = (): HTMLElement => screen.getByRole('button', { name: 'Send' });
const input = (): Promise<HTMLElement> => screen.findByLabelText('Files to attach');
const upload = (name: string): string => `POST /api/attachments?name=${encodeURIComponent(name)}`;
const savedDrafts = (): readonly unknown[] => server.sentTo(DRAFTS);

async function choose(...files: readonly File[]): Promise<void> {
  fireEvent.change(await input(), { target: { files } });
  // Resolves only after every file was handled or is being sent.
  await act(() => Promise.resolve());
}

function paste(data: { readonly text?: string; readonly files?: readonly File[] }): void {
  fireEvent.paste(field(), {
    clipboardData: { getData: () => data.text ?? '', files: data.files ?? [] },
  });
}

function newChat(): void {
  render(
    <>
      <Composer id="new" conversation={undefined} run={undefined} />
      <Toasts />
    </>,
  );
}

/** Acme's model, which reads these kinds of content. */
function modelThatReads(...inputModalities: ('text' | 'image' | 'file')[]): ModelGroup {
  const group = modelGroup('Acme', 'a-1');
  return {
    ...group,
    models: group.models.map((model) => ({ ...model, facts: { inputModalities } })),
  };
}

beforeEach(() => {
  models.set({ status: 'loaded', groups: [modelGroup('Acme', 'a-1')] });
  vi.stubGlobal(
    'URL',
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
  );
});

describe('files of an unsent message', () => {
  it('are sent to Postern in their order, and then with the message, which needs no text', async () => {
    server.reply(upload('file-1.txt'), json(attachment(1)));
    server.reply(upload('file-2.txt'), json(attachment(2)));
    server.reply('POST /api/conversations', json(CHAT));
    const turn = turnStream();
    server.reply(TURNS, turn.reply);
    newChat();
    expect(sendButton()).toHaveProperty('disabled', true);
    await choose(file('file-1.txt'), file('file-2.txt'));
    await screen.findByRole('button', { name: /^Open file-2\.txt/ });
    const names = within(screen.getByRole('list', { name: 'Attachments' })).getAllByRole(
      'listitem',
    );
    expect(names.map((name) => name.textContent)).toEqual([
      'Open file-1.txtText · 1.5 kB',
      'Open file-2.txtText · 1.5 kB',
    ]);
    const ids = [attachment(1).id, attachment(2).id];
    await expect.poll(() => savedDrafts().at(-1)).toMatchObject({ text: '', attachments: ids });
    expect(sendButton()).toHaveProperty('disabled', false);
    await userEvent.click(sendButton());
    await expect
      .poll(() => server.sentTo(TURNS))
      .toEqual([{ parentId: null, attachments: ids, provider: 'acme', model: 'a-1' }]);
    expect(screen.queryByRole('list', { name: 'Attachments' })).toBeNull();
    expect(savedDrafts().at(-1)).toEqual({ conversation: null, text: '' });
  });

  it('come back with their message if it is rejected', async () => {
    server.reply(
      'GET /api/drafts',
      json([{ conversation: null, text: 'Hi', attachments: [attachment(1)] }]),
    );
    server.reply('POST /api/conversations', failure('DISK_FULL', 'The disk is full.'));
    newChat();
    await act(loadDrafts);
    await screen.findByRole('button', { name: /^Open file-1\.txt/ });
    await userEvent.click(sendButton());
    await screen.findByText(/Couldn’t start the chat/);
    await screen.findByRole('button', { name: /^Open file-1\.txt/ });
    expect(field()).toHaveProperty('value', 'Hi');
  });

  it('are removed with the Delete key, which moves the focus to the next one, and Undo brings them back', async () => {
    const attachments = [attachment(1), attachment(2)];
    server.reply('GET /api/drafts', json([{ conversation: null, text: '', attachments }]));
    newChat();
    await act(loadDrafts);
    const first = await screen.findByRole('button', { name: 'Remove file-1.txt' });
    first.focus();
    await userEvent.keyboard('{Delete}');
    expect(screen.queryByText('file-1.txt')).toBeNull();
    await waitFor(() => {
      expect(document.activeElement?.getAttribute('aria-label')).toBe('Remove file-2.txt');
    });
    await userEvent.keyboard('{Backspace}');
    await waitFor(() => {
      expect(document.activeElement).toBe(field());
    });
    await expect.poll(() => savedDrafts().at(-1)).toEqual({ conversation: null, text: '' });
    const undos = screen.getAllByRole('button', { name: 'Undo' });
    await userEvent.click(undos[1] ?? field());
    await userEvent.click(undos[0] ?? field());
    for (const name of ['file-1.txt', 'file-2.txt']) {
      expect(screen.getByRole('button', { name: new RegExp(`^Open ${name}`) })).toBeTruthy();
    }
  });

  it('follow another page, except those that are being sent here', async () => {
    newChat();
    const answer = held(json(attachment(9, { name: 'own.txt' })));
    server.reply(upload('own.txt'), answer.reply);
    await choose(file('own.txt'));
    await screen.findByRole('button', { name: 'Cancel own.txt' });
    act(() => {
      applyToDrafts({ kind: 'draft', conversation: null, text: 'x', attachments: [attachment(1)] });
    });
    await screen.findByRole('button', { name: /^Open file-1\.txt/ });
    expect(screen.getByRole('button', { name: 'Cancel own.txt' })).toBeTruthy();
    expect(sendButton()).toHaveProperty('disabled', true);
    answer.release();
    await screen.findByRole('button', { name: /^Open own\.txt/ });
    await expect
      .poll(() => savedDrafts().at(-1))
      .toMatchObject({
        attachments: [attachment(1).id, attachment(9).id],
      });
  });

  it('can be cancelled while they are sent', async () => {
    newChat();
    const answer = held(json(attachment(1)));
    server.reply(upload('slow.txt'), answer.reply);
    await choose(file('slow.txt'));
    await userEvent.click(await screen.findByRole('button', { name: 'Cancel slow.txt' }));
    answer.release();
    await act(() => Promise.resolve());
    expect(screen.queryByText('slow.txt')).toBeNull();
    expect(savedDrafts()).toEqual([]);
  });
});

describe('a file that can’t be attached', () => {
  const large = (name: string, size: number): File =>
    Object.defineProperty(file(name), 'size', { value: size });

  it.each([
    ['film.mkv', 'Audio and video can’t be attached.'],
    ['letter.docx', 'Save it as PDF or as text, then attach that.'],
    ['photo.heic', 'Save it as PNG or JPEG, then attach that.'],
    ['photo.png', 'Open it in another program and save it again.'],
    ['old.csv', 'Save it with the encoding UTF-8, then attach it again.'],
    ['all.zip', 'Unpack it, then attach its files.'],
    ['program', 'Attach a PNG, JPEG, GIF or WebP image, a PDF, or a text file.'],
  ])('says what to do: %s', async (name, remedy) => {
    server.reply(upload(name), failure('ATTACHMENT_UNSUPPORTED', 'No.', 'Other.'));
    newChat();
    await choose(file(name));
    await screen.findByText(
      (_text, element) =>
        element?.className === 'file-problem' && element.textContent.endsWith(remedy),
    );
    expect(sendButton()).toHaveProperty('disabled', true);
    expect(screen.queryByRole('button', { name: `Try again: ${name}` })).toBeNull();
    await userEvent.type(field(), 'Hi');
    expect(sendButton()).toHaveProperty('disabled', true);
    await userEvent.click(screen.getByRole('button', { name: `Remove ${name}` }));
    expect(sendButton()).toHaveProperty('disabled', false);
  });

  it('isn’t sent to Postern if it is too large, or one too many', async () => {
    newChat();
    await choose(large('big.txt', 20 * 1024 * 1024 + 1));
    await screen.findByText('The file is larger than 20 MB.');
    expect(server.requests()).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Remove big.txt' }));
    const names = Array.from({ length: 11 }, (_each, index) => `file-${String(index)}.txt`);
    for (const [index, name] of names.entries())
      server.reply(upload(name), json(attachment(index, { name })));
    await choose(...names.map((name) => file(name)));
    await screen.findByText('A message can have 10 files.');
    await userEvent.click(screen.getByRole('button', { name: 'Remove file-0.txt' }));
    await userEvent.click(screen.getByRole('button', { name: 'Try again: file-10.txt' }));
    await screen.findByRole('button', { name: /^Open file-10\.txt/ });
  });

  it('is sent again when the reason is gone', async () => {
    server.reply(
      upload('a.txt'),
      failure('ATTACHMENTS_FULL', 'The limit is reached.', 'Delete some.'),
    );
    newChat();
    await choose(file('a.txt'));
    await screen.findByText('The limit is reached.');
    server.reply(upload('a.txt'), json(attachment(1)));
    await userEvent.click(screen.getByRole('button', { name: 'Try again: a.txt' }));
    await screen.findByRole('button', { name: /^Open file-1\.txt/ });
  });
});

describe('pasting', () => {
  it('attaches files', async () => {
    server.reply(upload('image.png'), json(PICTURE));
    server.reply(`GET /api/attachments/${PICTURE.id}`, () => new Response('png'));
    newChat();
    await input();
    paste({ files: [new File(['png'], 'image.png', { type: 'image/png' })] });
    await screen.findByRole('button', { name: /^Open a\.png/ });
  });

  it('leaves a text that has a picture of itself to the field', async () => {
    newChat();
    await input();
    paste({ text: 'a\tb', files: [new File(['png'], 'image.png', { type: 'image/png' })] });
    expect(server.requests()).toEqual([]);
  });

  it('makes a file of a text above 50 kB, which can be pasted as text after all', async () => {
    const text = 'é'.repeat(25_001);
    server.reply(upload('Pasted text.txt'), json(attachment(1, { name: 'Pasted text.txt' })));
    newChat();
    await input();
    paste({ text: 'é'.repeat(25_000) });
    expect(server.requests()).toEqual([]);
    paste({ text });
    await screen.findByRole('button', { name: /^Open Pasted text\.txt/ });
    await userEvent.click(screen.getByRole('button', { name: 'Paste as text' }));
    expect(screen.queryByText('Pasted text.txt')).toBeNull();
    expect(field()).toHaveProperty('value', text);
  });
});

describe('a model that can’t read a file', () => {
  const draft = { conversation: null, text: 'What is this?', attachments: [PICTURE] };

  it('isn’t asked, and another one can be chosen', async () => {
    models.set({ status: 'loaded', groups: [modelThatReads('text'), modelGroup('Beta', 'b-1')] });
    server.reply('GET /api/drafts', json([draft]));
    server.reply(`GET /api/attachments/${PICTURE.id}`, () => new Response('png'));
    newChat();
    await act(loadDrafts);
    await screen.findByText('a-1 can’t read images.');
    expect(sendButton()).toHaveProperty('disabled', true);
    await userEvent.type(field(), '{Enter}');
    expect(server.sentTo('POST /api/conversations')).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Choose another model' }));
    await userEvent.click(screen.getByRole('option', { name: /b-1/ }));
    expect(screen.queryByText('a-1 can’t read images.')).toBeNull();
    expect(sendButton()).toHaveProperty('disabled', false);
  });

  it.each([
    ['that reads images', modelThatReads('text', 'image')],
    ['of which nothing is known', modelGroup('Acme', 'a-1')],
  ])('is asked: one %s', async (_name, group) => {
    models.set({ status: 'loaded', groups: [group] });
    server.reply('GET /api/drafts', json([draft]));
    server.reply(`GET /api/attachments/${PICTURE.id}`, () => new Response('png'));
    newChat();
    await act(loadDrafts);
    await screen.findByRole('button', { name: /^Open a\.png/ });
    expect(sendButton()).toHaveProperty('disabled', false);
  });
});
