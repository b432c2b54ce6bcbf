import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

/** The name of the log's first segment. */
export const SEGMENT = 'audit-000000000001.jsonl';

const Line = v.object({
  action: v.string(),
  subject: v.exactOptional(
    v.object({
      kind: v.string(),
      name: v.exactOptional(v.string()),
      id: v.exactOptional(v.string()),
    }),
  ),
  count: v.exactOptional(v.number()),
  reason: v.exactOptional(v.string()),
  change: v.exactOptional(v.object({ setting: v.string(), after: v.exactOptional(v.unknown()) })),
});

/** The records on disk as this test writes them. Each is a line of JSON. */
export function recordsIn(directory: string): readonly string[] {
  const isThere = readdirSync(join(directory, '..')).includes('audit');
  if (!isThere) return [];
  const lines = readFileSync(join(directory, SEGMENT), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const { action, subject, count, reason, change } = v.parse(Line, JSON.parse(line));
    const ids: Record<string, string> = { vault: 'VAULT', 'gateway-key': 'KEY' };
    const about = subject && (subject.name ?? ids[subject.kind] ?? subject.id);
    const { setting, after } = change ?? {};
    const changed = after === undefined ? setting : `${setting ?? ''}=${JSON.stringify(after)}`;
    const counted = count === undefined ? undefined : `(${String(count)})`;
    const words = [action, about, changed, counted, reason];
    return words.filter((word) => word !== undefined).join(' ');
  });
}
