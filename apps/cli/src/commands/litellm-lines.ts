import type { ConfigChange, ConfigOutcome, LitellmOutcome, LitellmPlan } from '@postern/app';
import type { ImportNote, NoteKind } from '@postern/importers';
import { isJsonObject, type JsonValue } from '@postern/kernel';
import { printable } from '../terminal/printable.ts';
import { table } from '../terminal/terminal.ts';
import type { KeyRow } from './litellm-keys.ts';
import { OUTCOMES } from './import-lines.ts';

export interface LitellmReport extends Pick<LitellmOutcome, 'changes' | 'secrets' | 'withheld'> {
  readonly file: string;
  readonly config: string;
  readonly dryRun: boolean;
  readonly missingSecrets: LitellmOutcome['missing'];
  readonly keys: readonly KeyRow[];
  readonly notes: LitellmPlan['notes'];
  readonly exposesSecrets: boolean;
}

const OTHER_ADDRESS = 'skipped: its provider has another address in the configuration';

const DONE: Readonly<Record<ConfigOutcome, string>> = {
  add: 'added',
  same: 'there already',
  replace: 'replaced',
  kept: 'skipped: it has another value (see --replace)',
  'other-address': OTHER_ADDRESS,
};

const PLANNED: Readonly<Record<ConfigOutcome, string>> = {
  ...DONE,
  add: 'would be added',
  replace: 'would be replaced',
};

const KINDS: Readonly<Record<ConfigChange['kind'], string>> = {
  provider: 'provider',
  alias: 'alias',
  setting: 'setting',
  'local-host': 'local host',
};

const KEY_OUTCOMES: Readonly<Record<KeyRow['outcome'], string>> = {
  'would-create': 'would be created',
  created: 'created; its token is shown only once, above',
  kept: 'skipped: a key has this name. For a new token: postern key rotate NAME',
  refused: 'refused',
};

const NOTE_HEADINGS: Readonly<Record<NoteKind, string>> = {
  'not-mapped': 'Not imported:',
  changed: 'Imported with another meaning:',
  'not-needed': 'Not needed in Postern:',
};

/** What an import did or would do, as text. */
export function litellmLines(found: LitellmReport): readonly string[] {
  const { changes, secrets, withheld, dryRun, notes } = found;
  const outcomes = dryRun ? PLANNED : DONE;
  const rows = [
    ...changes.map(({ kind, name, outcome, value }) => [
      KINDS[kind],
      name,
      outcomes[outcome],
      detailOf(kind, value),
    ]),
    ...secrets.map(({ name, outcome }) => ['secret', name, OUTCOMES[outcome], '']),
    ...found.keys.map(({ name, outcome, message }) => [
      'key',
      name,
      message ?? KEY_OUTCOMES[outcome],
      '',
    ]),
    ...withheld.map((name) => ['secret', name, OTHER_ADDRESS, '']),
  ];
  return [
    `LiteLLM: ${printable(found.file)} → ${printable(found.config)}`,
    ...(rows.length === 0
      ? ['There is nothing to import.']
      : [table(['KIND', 'NAME', 'OUTCOME', 'VALUE'], rows)]),
    ...(['not-mapped', 'changed', 'not-needed'] as const).flatMap((kind) => noteLines(kind, notes)),
    ...(found.exposesSecrets
      ? [`Still exposed: ${printable(found.file)} has secrets in plain text.`]
      : []),
    ...found.missingSecrets.map(
      ({ name, variable }) =>
        `To set the key that LiteLLM has in ${variable}: postern secret set ${name}`,
    ),
  ];
}

/** What to do after an import. */
export function nextSteps({ changes }: LitellmReport): readonly string[] {
  const isChanged = changes.some(({ outcome }) => outcome === 'add' || outcome === 'replace');
  return isChanged ? ['A running Postern uses the new configuration after: postern reload'] : [];
}

function detailOf(kind: ConfigChange['kind'], value: JsonValue): string {
  if (kind === 'setting') return printable(JSON.stringify(value));
  if (!isJsonObject(value)) return '';
  if (kind === 'provider') return printable(JSON.stringify(value['baseUrl'] ?? value));
  const { targets } = value;
  return Array.isArray(targets) ? targets.map(targetOf).join(', ') : '';
}

/** `openai/gpt-5 ×3`, and after a fallback's priority: `2: groq/llama`. */
function targetOf(target: JsonValue): string {
  if (!isJsonObject(target)) return '';
  const { model, weight, priority } = target;
  const before = typeof priority === 'number' ? `${String(priority)}: ` : '';
  const after = typeof weight === 'number' ? ` ×${String(weight)}` : '';
  return printable(`${before}${typeof model === 'string' ? model : ''}${after}`);
}

/** One line for each reason and place; entries of a list that differ only in their number share it. */
function noteLines(kind: NoteKind, notes: readonly ImportNote[]): readonly string[] {
  const grouped = Map.groupBy(
    notes.filter((note) => note.kind === kind),
    ({ path, message }) => `${path.replaceAll(/\[\d+\]/g, '[]')}: ${message}`,
  );
  const lines = [...grouped].map(([text, all]) => {
    const [first] = all;
    const alone = `${first?.path ?? ''}: ${first?.message ?? ''}`;
    return `  ${printable(all.length === 1 ? alone : text)}${all.length > 1 ? ` (${String(all.length)} times)` : ''}`;
  });
  return lines.length === 0 ? [] : [NOTE_HEADINGS[kind], ...lines];
}
