import { render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { createLater, useLater, type Later } from './later.ts';

const Shows = (props: {
  readonly later: Later<{ readonly text: string }>;
  readonly needs?: boolean;
}) => <p>{useLater(props.later, props.needs ?? true)?.text ?? 'not loaded'}</p>;

it('loads once when a component needs it, and shows it', async () => {
  const importIt = vi.fn(() => Promise.resolve({ text: 'loaded' }));
  const later = createLater(importIt);
  render(<Shows later={later} needs={false} />);
  expect(importIt).not.toHaveBeenCalled();
  render(<Shows later={later} />);
  render(<Shows later={later} />);
  expect(await screen.findAllByText('loaded')).toHaveLength(2);
  expect(screen.getAllByText('not loaded')).toHaveLength(1);
  expect(importIt).toHaveBeenCalledTimes(1);
});

it('tries again after a failure', async () => {
  vi.useFakeTimers();
  try {
    const importIt = vi
      .fn<() => Promise<{ text: string }>>()
      .mockRejectedValueOnce(new Error('not running'))
      .mockResolvedValue({ text: 'loaded' });
    const later = createLater(importIt);
    const loaded = later.load();
    await vi.advanceTimersByTimeAsync(1000);
    expect(later.get()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    await loaded;
    expect(later.get()).toEqual({ text: 'loaded' });
  } finally {
    vi.useRealTimers();
  }
});
