import { conversationId, type Conversation } from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { groupByDay } from './group-by-day.ts';

const NOW = new Date(2025, 2, 31, 9, 30);

function usedAt(...dates: Date[]): Conversation[] {
  return dates.map((date, index) => ({
    id: conversationId.from(String(index).padStart(26, '0')),
    title: String(index),
    createdAtMs: 0,
    updatedAtMs: date.getTime(),
  }));
}

const labels = (...dates: Date[]): string[] =>
  groupByDay(usedAt(...dates), NOW.getTime()).map(
    ({ label, conversations }) => `${label}: ${conversations.map((c) => c.title).join(' ')}`,
  );

describe('groupByDay', () => {
  it.each([
    ['now', NOW, 'Today'],
    ['the first moment of today', new Date(2025, 2, 31), 'Today'],
    ['a time in the future', new Date(2025, 3, 2), 'Today'],
    // Summer time began on the 30th in many places, so this day has 23 hours.
    ['the last moment of yesterday', new Date(2025, 2, 30, 23, 59, 59, 999), 'Yesterday'],
    ['the first moment of yesterday', new Date(2025, 2, 30), 'Yesterday'],
    ['the day before', new Date(2025, 2, 29, 12), 'Last 7 days'],
    ['a week ago', new Date(2025, 2, 24), 'Last 7 days'],
    ['over a week ago', new Date(2025, 2, 23, 23), 'Last 30 days'],
    ['thirty days ago', new Date(2025, 2, 1), 'Last 30 days'],
    ['longer ago', new Date(2025, 1, 28), 'February 2025'],
    ['another year', new Date(2024, 2, 31), 'March 2024'],
  ])('%s', (_name, date, label) => {
    expect(labels(date)).toEqual([`${label}: 0`]);
  });

  it('keeps the order and merges neighbours with the same label', () => {
    expect(
      labels(NOW, NOW, new Date(2025, 2, 30), new Date(2025, 0, 5), new Date(2025, 0, 4)),
    ).toEqual(['Today: 0 1', 'Yesterday: 2', 'January 2025: 3 4']);
  });
});
