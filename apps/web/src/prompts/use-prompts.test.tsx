import { promptId, type Prompt } from '@postern/protocol';
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useRef, useState, type ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import type { ChatPlace } from '../state/private-chats.ts';
import { failure, fakeServer, json } from '../testing/fake-server.ts';
import { usePrompts } from './use-prompts.tsx';

const server = fakeServer();
const sent: string[] = [];

function Field({ place = 'new' }: { readonly place?: ChatPlace }): ReactElement {
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const { takesKey, menu, button } = usePrompts({ area, place, text, onText: setText });
  return (
    <form
      onSubmit={() => {
        sent.push('submitted');
      }}
    >
      {menu}
      <textarea
        ref={area}
        aria-label="Message"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (!takesKey(event) && event.key === 'Enter') sent.push(text);
        }}
      />
      {button}
      <Toasts />
    </form>
  );
}

const prompt = (number: number, name: string, text: string): Prompt => ({
  id: promptId.from(String(number).padStart(26, '0')),
  name,
  text,
});
const PROMPTS = [
  prompt(1, 'Explain', 'Explain this:\n'),
  prompt(2, 'Summarise', 'Summarise {{text}} in a {{tone:friendly}} tone.'),
  prompt(3, 'Sum of numbers', '/sum '),
];

const message = (): HTMLTextAreaElement => screen.getByLabelText('Message');
const rows = (): readonly (string | null)[] =>
  screen.queryAllByRole('option').map(({ textContent }) => textContent);

async function type(text: string, place?: ChatPlace): Promise<void> {
  sent.length = 0;
  render(<Field {...(place === undefined ? {} : { place })} />);
  await userEvent.type(message(), text);
}

describe('the menu of /', () => {
  it('filters while typing, and inserts a prompt without sending it', async () => {
    server.reply('GET /api/prompts', json(PROMPTS));
    await type('/');
    await waitFor(() => {
      expect(rows()).toHaveLength(3);
    });
    await userEvent.keyboard('ex');
    expect(rows()).toEqual(['ExplainExplain this:']);
    const marked = screen.getByRole('option', { selected: true });
    expect(message().getAttribute('aria-activedescendant')).toBe(marked.id);
    await userEvent.keyboard('{Enter}');
    expect(message().value).toBe('Explain this:\n');
    expect(rows()).toEqual([]);
    expect(message().hasAttribute('aria-activedescendant')).toBe(false);
    expect(sent).toEqual([]);
  });

  it('asks for variables, with defaults, in a form that Tab moves through', async () => {
    server.reply('GET /api/prompts', json(PROMPTS));
    await type('/sum');
    await waitFor(() => {
      expect(rows()).toHaveLength(2);
    });
    await userEvent.keyboard('{ArrowUp}{ArrowDown}{ArrowDown}{Enter}');
    const text = await screen.findByLabelText<HTMLTextAreaElement>('text');
    expect(document.activeElement).toBe(text);
    await userEvent.keyboard('a{Shift>}{Enter}{/Shift}b{Tab}');
    expect(document.activeElement).toBe(screen.getByLabelText('tone'));
    expect(screen.getByLabelText<HTMLTextAreaElement>('tone').value).toBe('friendly');
    await userEvent.keyboard('cold');
    await userEvent.click(screen.getByRole('button', { name: 'Insert' }));
    expect(message().value).toBe('Summarise a\nb in a cold tone.');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(sent).toEqual([]);
  });

  it('closes with Esc until the message is another command, and lets Enter send then', async () => {
    server.reply('GET /api/prompts', json(PROMPTS));
    await type('/');
    await waitFor(() => {
      expect(rows()).toHaveLength(3);
    });
    await userEvent.keyboard('{Escape}{Enter}');
    expect(rows()).toEqual([]);
    expect(sent).toEqual(['/']);
    await userEvent.clear(message());
    await userEvent.type(message(), '/');
    await waitFor(() => {
      expect(rows()).toHaveLength(3);
    });
  });

  it('isn’t in the way of other messages', async () => {
    server.reply('GET /api/prompts', json(PROMPTS));
    await type('/usr/bin{Enter}');
    await waitFor(() => {
      expect(server.sentTo('GET /api/prompts')).toHaveLength(1);
    });
    expect(rows()).toEqual([]);
    expect(sent).toEqual(['/usr/bin']);
  });

  it('stays closed after a prompt that begins with / itself', async () => {
    server.reply('GET /api/prompts', json(PROMPTS));
    await type('/sum of');
    await waitFor(() => {
      expect(rows()).toHaveLength(1);
    });
    await userEvent.click(screen.getByRole('option'));
    expect(message().value).toBe('/sum ');
    expect(rows()).toEqual([]);
  });

  it('says how to begin if there are no prompts', async () => {
    server.reply('GET /api/prompts', json([]));
    await type('/');
    expect(
      await screen.findByText('No prompts yet. Write one in Settings, Library.'),
    ).toBeDefined();
    await userEvent.keyboard('{Enter}');
    expect(sent).toEqual(['/']);
  });
});

describe('the list of prompts', () => {
  async function open(text: string, place?: ChatPlace): Promise<void> {
    server.reply('GET /api/prompts', json(PROMPTS));
    await type(text, place);
    await userEvent.click(await screen.findByRole('button', { name: 'Prompts' }));
    await screen.findByRole('option', { name: /Explain/ });
  }

  it('puts a prompt before the message', async () => {
    await open('some text');
    await userEvent.keyboard('expl{Enter}');
    expect(message().value).toBe('Explain this:\n\nsome text');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('saves the message as a prompt, and says if the name is taken', async () => {
    await open('Write a poem about {{{{topic}}');
    await userEvent.click(screen.getByRole('option', { name: 'Save message as prompt…' }));
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(screen.getByText('Enter a name.')).toBeDefined();
    server.reply('POST /api/prompts', failure('LIBRARY_NAME_TAKEN', 'Taken.'));
    await userEvent.type(screen.getByLabelText('Name'), 'Poem');
    await userEvent.keyboard('{Enter}');
    expect(
      await screen.findByText('Another prompt has this name. Choose another one.'),
    ).toBeDefined();
    const saved = { name: 'Poem 2', text: 'Write a poem about {{topic}}' };
    server.reply('POST /api/prompts', json(prompt(4, saved.name, saved.text)));
    await userEvent.type(screen.getByLabelText('Name'), ' 2{Enter}');
    expect(await screen.findByText('Prompt “Poem 2” saved.')).toBeDefined();
    expect(server.sentTo('POST /api/prompts').at(-1)).toEqual(saved);
    expect(message().value).toBe(saved.text);
    expect(sent).toEqual([]);
  });

  it('saves nothing of a private chat', async () => {
    await open('some text', 'private');
    expect(rows()).not.toContain('Save message as prompt…');
    expect(rows()).toContain('Manage prompts');
  });

  it('asks before it drops changes of a prompt', async () => {
    await open('some text');
    await userEvent.click(screen.getByRole('option', { name: 'Save message as prompt…' }));
    await userEvent.type(screen.getByLabelText('Name'), 'x');
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(
      screen.getByText('Your changes aren’t saved. Close again to discard them.'),
    ).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});
