import type { SqlValue } from '@postern/database';
import { labelKey, type SearchFilters } from '@postern/protocol';

/** Conditions of a statement, and the values for their placeholders. */
export interface Conditions {
  /** Empty, or begins with ` AND`. */
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

type Condition = readonly [sql: string, ...values: SqlValue[]];

// The plus signs keep SQLite from reading a column's index instead of the one that has the order of the result.
const TAG = `EXISTS (SELECT 1 FROM conversation_tag
  WHERE conversation = c.row AND tag = (SELECT row FROM tag WHERE key = ?))`;
const FOLDER = '+c.folder = (SELECT row FROM folder WHERE key = ?)';

/** What the filters require of `conversation AS c`. */
export function conversationConditions(filters: SearchFilters): Conditions {
  const { tag, folder, archived, pinned } = filters;
  return joined([
    ...(tag === undefined ? [] : [[TAG, labelKey(tag)] as const]),
    ...(folder === undefined ? [] : [[FOLDER, labelKey(folder)] as const]),
    ...(archived === undefined ? [] : [['+c.archived = 1'] as const]),
    ...(pinned === undefined ? [] : [['+c.pinned = 1'] as const]),
  ]);
}

/** What they require of the model and the time of `m`, a message or a conversation. */
export function rowConditions(filters: SearchFilters, m: 'm' | 'c'): Conditions {
  const { model, fromMs, untilMs, role } = filters;
  return joined([
    ...(model === undefined ? [] : [[`instr(lower(${m}.model), ?) > 0`, model] as const]),
    ...(fromMs === undefined ? [] : [[`+${m}.created_at_ms >= ?`, fromMs] as const]),
    ...(untilMs === undefined ? [] : [[`+${m}.created_at_ms < ?`, untilMs] as const]),
    ...(role === undefined || m === 'c' ? [] : [['+m.role = ?', role] as const]),
  ]);
}

function joined(conditions: readonly Condition[]): Conditions {
  return {
    sql: conditions.map(([sql]) => ` AND ${sql}`).join(''),
    values: conditions.flatMap(([, ...values]) => values),
  };
}
