import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { SignedOut } from './signed-out.tsx';

describe('SignedOut', () => {
  it('copies the command that prints a new link', async () => {
    const user = userEvent.setup();
    render(<SignedOut problem={undefined} onRetry={vi.fn()} />);
    await user.click(screen.getByRole('button', { name: 'Copy command' }));
    expect(await window.navigator.clipboard.readText()).toBe('postern open');
    expect(screen.queryByText(/Each link works once/)).toBeNull();
  });

  it('says that a used link needs a new one', () => {
    const problem = {
      reason: 'refused',
      code: 'LAUNCH_CODE_INVALID',
      message: 'This link was used already.',
      remedy: 'Run postern open.',
    } as const;
    render(<SignedOut problem={problem} onRetry={vi.fn()} />);
    expect(screen.queryByText('This link was used already.')).not.toBeNull();
    expect(screen.queryByText(/Each link works once/)).not.toBeNull();
  });

  it('retries on request', async () => {
    const retry = vi.fn();
    render(<SignedOut problem={undefined} onRetry={retry} />);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(retry).toHaveBeenCalledOnce();
  });
});
