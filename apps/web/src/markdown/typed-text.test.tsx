import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { TypedText } from './typed-text.tsx';

const linesOf = (): string =>
  [...document.querySelectorAll('.typed-lines')].map((each) => each.textContent).join('');

describe('TypedText', () => {
  it.each([
    ['line breaks and indentation', 'a\n  b\n\n\n\tc'],
    ['Markdown', '# a\n*b* [c](https://d.example) $e$ - [x] f'],
    ['HTML', '<img src=x onerror=alert(1)>'],
    ['a numbered list', '3. a\n7. b'],
  ])('shows %s as typed', (_name, text) => {
    render(<TypedText text={text} />);
    expect(linesOf()).toBe(text);
    expect(document.querySelectorAll('a, img, em, h3, ol, input')).toHaveLength(0);
  });

  it('shows code between fences as a code block', () => {
    render(<TypedText text={'Why?\n```py\n  print("a")\n```'} />);
    expect(linesOf()).toBe('Why?');
    expect(document.querySelector('figure.code code')?.textContent).toBe('  print("a")');
    expect(screen.queryByText('Python')).not.toBeNull();
  });

  it.each([
    ['lines', Array.from({ length: 60 }, (_, at) => `line ${String(at)}`).join('\n'), 'line 59'],
    ['characters', `${'word '.repeat(3000)}end.`, 'end.'],
    ['characters of two units', `${'🗝'.repeat(4000)}end.`, 'end.'],
  ])('collapses a text of many %s', async (_name, text, end) => {
    render(<TypedText text={text} />);
    expect(linesOf()).not.toContain(end);
    expect(linesOf().isWellFormed()).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: 'Show all' }));
    expect(linesOf()).toBe(text);
    await userEvent.click(screen.getByRole('button', { name: 'Show less' }));
    expect(linesOf()).not.toContain(end);
  });

  it('does not collapse a text of a few more lines', () => {
    render(<TypedText text={Array.from({ length: 24 }, String).join('\n')} />);
    expect(screen.queryByRole('button')).toBeNull();
  });
});
