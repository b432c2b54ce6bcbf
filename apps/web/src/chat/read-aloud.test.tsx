import { act, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idOf, message } from '../testing/page-data.ts';
import { speakableText } from './speakable-text.ts';

interface Spoken {
  text: string;
  voice: { name: string } | null;
  onend: (() => void) | null;
}

const voice = (name: string, lang: string, localService: boolean, isDefault = false) => ({
  name,
  lang,
  localService,
  default: isDefault,
  voiceURI: name,
});

class Utterance implements Spoken {
  text: string;
  voice = null;
  lang = '';
  onend = null;
  onerror = null;

  constructor(text: string) {
    this.text = text;
  }
}

const ANSWER = message(
  2,
  'Hello **you**.\n\n```ts\nsecret()\n```\n\nThe [end](https://a.example).',
  {
    role: 'assistant',
    parentId: idOf(1),
  },
);

/** Shows the buttons of an answer in a browser with these voices. */
async function show(voices: readonly ReturnType<typeof voice>[]): Promise<{
  readonly spoken: readonly Spoken[];
  readonly cancelled: () => number;
}> {
  const spoken: Spoken[] = [];
  const cancel = vi.fn();
  const speech = Object.assign(new EventTarget(), {
    getVoices: () => voices,
    speak: (piece: Spoken) => spoken.push(piece),
    cancel,
  });
  vi.stubGlobal('speechSynthesis', speech);
  vi.stubGlobal('SpeechSynthesisUtterance', Utterance);
  vi.resetModules();
  const { AnswerExtras } = await import('./chat-extras.tsx');
  render(<AnswerExtras message={ANSWER} />);
  return { spoken, cancelled: () => cancel.mock.calls.length };
}

describe('reading aloud', () => {
  beforeEach(() => {
    vi.spyOn(navigator, 'language', 'get').mockReturnValue('en-GB');
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it.each([
    ['there is no voice', []],
    ['every voice is remote', [voice('Cloud', 'en-GB', false, true)]],
  ])('isn’t offered if %s', async (_name, voices) => {
    await show(voices);
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('uses only a local voice, of the language if there is one', async () => {
    const { spoken } = await show([
      voice('Cloud', 'en-GB', false, true),
      voice('German', 'de-DE', true, true),
      voice('English', 'en_US', true),
    ]);
    await userEvent.click(screen.getByRole('button', { name: 'Read aloud' }));
    expect(spoken.map(({ text, voice }) => [text, voice?.name])).toEqual([
      ['Hello you.', 'English'],
      ['The end.', 'English'],
    ]);
  });

  it('stops at a click and at its end', async () => {
    const { spoken, cancelled } = await show([voice('English', 'en-GB', true)]);
    await userEvent.click(screen.getByRole('button', { name: 'Read aloud' }));
    const before = cancelled();
    await userEvent.click(screen.getByRole('button', { name: 'Stop reading' }));
    expect(cancelled()).toBeGreaterThan(before);
    await userEvent.click(screen.getByRole('button', { name: 'Read aloud' }));
    act(() => {
      spoken.at(-1)?.onend?.();
    });
    expect(screen.queryByRole('button', { name: 'Read aloud' })).not.toBeNull();
  });
});

describe('the text to read aloud', () => {
  it.each([
    ['code and formulas', 'a\n\n```\nb\n```\n\n$$c$$\n\nd $e$ f', ['a', 'd f']],
    ['addresses', '[a](https://b.example)', ['a']],
    ['rules and marks', '---\n\n***\n\n- one\n- two', ['one', 'two']],
    ['HTML as it is shown', 'a <b>', ['a <b>']],
  ])('has no %s', (_name, markdown, expected) => {
    expect(speakableText(markdown)).toEqual(expected);
  });

  it('is divided at words', () => {
    const pieces = speakableText('word '.repeat(1000));
    expect(pieces.length).toBeGreaterThan(4);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(1001);
    expect(pieces.join('').split(' ').filter(Boolean)).toHaveLength(1000);
    expect(speakableText('x'.repeat(2500)).join('')).toHaveLength(2500);
  });
});
