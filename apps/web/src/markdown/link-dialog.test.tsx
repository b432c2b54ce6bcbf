import { fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { LinkDialog } from './link-dialog.tsx';
import { Markdown } from './markdown.tsx';

function show(text: string): void {
  render(
    <>
      <Markdown text={text} />
      <LinkDialog />
    </>,
  );
}

describe('LinkDialog', () => {
  it('shows the full address of a link before it opens', async () => {
    show('[a bank](https://bank.example.attacker.example/login?x=1)');
    await userEvent.click(screen.getByRole('link', { name: 'a bank' }));
    const dialog = screen.getByRole('dialog', { name: 'Open this link?' });
    expect(dialog.textContent).toContain('https://bank.example.attacker.example/login?x=1');
    expect(dialog.querySelector('strong')?.textContent).toBe('bank.example.attacker.example');
    const open = screen.getByRole('link', { name: 'Open' });
    expect(open.getAttribute('rel')).toBe('noopener noreferrer');
  });

  it('asks for the middle mouse button too', () => {
    show('[a](https://a.example)');
    const allowed = fireEvent(
      screen.getByRole('link'),
      new MouseEvent('auxclick', { button: 1, bubbles: true, cancelable: true }),
    );
    expect(allowed).toBe(false);
    expect(screen.queryByRole('dialog')).not.toBeNull();
  });

  it('closes without opening', async () => {
    show('[a](https://a.example)');
    await userEvent.click(screen.getByRole('link'));
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('copies the address', async () => {
    const user = userEvent.setup();
    show('[a](https://a.example/b)');
    await user.click(screen.getByRole('link'));
    await user.click(screen.getByRole('button', { name: 'Copy address' }));
    expect(await window.navigator.clipboard.readText()).toBe('https://a.example/b');
  });
});
