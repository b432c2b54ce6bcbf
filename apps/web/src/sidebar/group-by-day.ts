import { t } from '@lingui/core/macro';
import { formatDate } from '../languages/formats.ts';
import type { Conversation } from '@postern/protocol';

export interface DayGroup {
  readonly label: string;
  readonly conversations: readonly Conversation[];
}

/**
 * Groups conversations, newest first, by the day of their last use: today, yesterday, the last 7
 * and 30 days, then by month. Uses the browser's time zone.
 */
export function groupByDay(
  conversations: readonly Conversation[],
  nowMs: number,
): readonly DayGroup[] {
  const labelOf = dayLabels(nowMs);
  const groups: { label: string; conversations: Conversation[] }[] = [];
  for (const conversation of conversations) {
    const label = labelOf(conversation.updatedAtMs);
    const last = groups.at(-1);
    if (last?.label === label) last.conversations.push(conversation);
    else groups.push({ label, conversations: [conversation] });
  }
  return groups;
}

function dayLabels(nowMs: number): (atMs: number) => string {
  const now = new Date(nowMs);
  const daysAgo = (days: number): number =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).getTime();
  const bounds: readonly (readonly [number, string])[] = [
    [daysAgo(0), t`Today`],
    [daysAgo(1), t`Yesterday`],
    [daysAgo(7), t`Last 7 days`],
    [daysAgo(30), t`Last 30 days`],
  ];
  return (atMs) =>
    bounds.find(([from]) => atMs >= from)?.[1] ??
    formatDate(atMs, { month: 'long', year: 'numeric' });
}
