import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { showWrap } from './code-wrap.ts';
import { blockTools } from './later-tools.ts';
import { Markdown } from './markdown.tsx';

const codeOf = (lines: number): string =>
  ['```python', ...Array.from({ length: lines }, (_, at) => `line ${String(at)}`), '```'].join(
    '\n',
  );

describe('the buttons of code', () => {
  beforeAll(async () => {
    await blockTools.load();
  });

  it('wrap the lines of all code, and the page remembers it', async () => {
    render(<Markdown text={`${codeOf(1)}\n\n${codeOf(2)}`} />);
    const [first, second] = screen.getAllByRole('button', { name: 'Wrap lines' });
    if (first === undefined || second === undefined) throw new Error('no button');
    await userEvent.click(first);
    expect(second.getAttribute('aria-pressed')).toBe('true');
    expect(document.documentElement.dataset['codeWrap']).toBe('true');
    expect(window.localStorage.getItem('postern.wrap')).toBe('true');
    await userEvent.click(second);
    expect(document.documentElement.dataset['codeWrap']).toBe('false');
    showWrap(false);
  });

  it('download the code under a name that the language decides', async () => {
    const clicked: [string, string][] = [];
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      clicked.push([this.download, this.href]);
    });
    const blobs: Blob[] = [];
    const create = vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      if (blob instanceof Blob) blobs.push(blob);
      return 'blob:x';
    });
    render(<Markdown text={codeOf(2)} />);
    await userEvent.click(screen.getByRole('button', { name: 'Download code' }));
    expect(clicked).toEqual([['code.py', 'blob:x']]);
    expect(await blobs[0]?.text()).toBe('line 0\nline 1\n');
    click.mockRestore();
    create.mockRestore();
  });

  it('show all of long code, which is collapsed at first', async () => {
    const view = render(<Markdown text={codeOf(41)} />);
    const figure = screen.getByRole('figure', { name: 'Python code' });
    expect(figure.dataset['collapsed']).toBe('true');
    expect(within(figure).queryByText('41 lines')).not.toBeNull();
    // A search in the page finds all of it.
    expect(figure.querySelector('code')?.textContent).toContain('line 40');
    await userEvent.click(within(figure).getByRole('button', { name: 'Show all' }));
    expect(figure.dataset['collapsed']).toBe('false');
    await userEvent.click(within(figure).getByRole('button', { name: 'Show less' }));
    expect(figure.dataset['collapsed']).toBe('true');
    view.unmount();
    render(<Markdown text={codeOf(40)} />);
    expect(screen.queryByRole('button', { name: 'Show all' })).toBeNull();
  });

  it('leave code open that was read while it was written', () => {
    const view = render(<Markdown text={codeOf(60).slice(0, -4)} growing />);
    view.rerender(<Markdown text={codeOf(60)} />);
    expect(screen.getByRole('figure', { name: 'Python code' }).dataset['collapsed']).toBe('false');
  });
});

describe('the buttons of tables', () => {
  it('copy a table as CSV and as Markdown', async () => {
    const user = userEvent.setup();
    await blockTools.load();
    render(<Markdown text={'Look:\n\n| a | b |\n|---|---|\n| =1 | **c** |\n'} />);
    await user.click(screen.getByRole('button', { name: 'Copy CSV' }));
    expect(await navigator.clipboard.readText()).toBe('"a","b"\r\n"\'=1","c"\r\n');
    await user.click(screen.getByRole('button', { name: 'Copy Markdown' }));
    expect(await navigator.clipboard.readText()).toBe('| a | b |\n|---|---|\n| =1 | **c** |');
  });
});
