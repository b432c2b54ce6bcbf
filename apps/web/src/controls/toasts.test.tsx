import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showToast, Toasts } from './toasts.tsx';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  act(() => {
    vi.runAllTimers();
  });
  vi.useRealTimers();
});

const show = (text: string, options?: Parameters<typeof showToast>[1]): void => {
  act(() => {
    showToast(text, options);
  });
};

const wait = (ms: number): void => {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
};

describe('Toasts', () => {
  it('announces a message politely and removes it after eight seconds', () => {
    render(<Toasts />);
    show('Saved.');
    expect(screen.getByRole('status').textContent).toBe('Saved.');
    wait(7900);
    expect(screen.queryByText('Saved.')).not.toBeNull();
    wait(200);
    expect(screen.queryByText('Saved.')).toBeNull();
  });

  it.each([
    ['the pointer', 'pointerenter', 'pointerleave'],
    ['the focus', 'focusin', 'focusout'],
  ])('stays while %s is on it', (_name, enter, leave) => {
    render(<Toasts />);
    show('Deleted.');
    const card = screen.getByText('Deleted.');
    fireEvent(card.parentElement ?? card, new Event(enter));
    wait(20_000);
    expect(screen.queryByText('Deleted.')).not.toBeNull();
    fireEvent(card.parentElement ?? card, new Event(leave));
    wait(8100);
    expect(screen.queryByText('Deleted.')).toBeNull();
  });

  it('runs its action once and closes', () => {
    const undo = vi.fn();
    render(<Toasts />);
    show('Deleted.', { action: { label: 'Undo', run: undo } });
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(undo).toHaveBeenCalledOnce();
    expect(screen.queryByText('Deleted.')).toBeNull();
  });

  it('closes without its action', () => {
    const undo = vi.fn();
    render(<Toasts />);
    show('Deleted.', { action: { label: 'Undo', run: undo } });
    fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByText('Deleted.')).toBeNull();
    expect(undo).not.toHaveBeenCalled();
  });

  it('keeps the three newest', () => {
    render(<Toasts />);
    for (const text of ['one', 'two', 'three', 'four']) show(text);
    expect(screen.queryByText('one')).toBeNull();
    expect(screen.getByRole('status').textContent).toBe('twothreefour');
  });
});
