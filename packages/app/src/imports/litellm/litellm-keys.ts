import {
  describeImportFailure,
  nodeImportFiles,
  Section,
  type ImportNote,
  type SettingNotes,
  type TellNote,
} from '@postern/importers';
import type { KeySettings } from '@postern/gateway';
import {
  decodeUtf8,
  failed,
  isJsonObject,
  ok,
  parseJson,
  type JsonObject,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import { isScopeEntry, problem, type KeyBudget, type Problem } from '@postern/protocol';
import { looksLikeKey } from '@postern/vault';
import { tidyName } from '../../gateway/key-list.ts';

/** A virtual key of LiteLLM. Its text isn't in the export, so its client needs a new one. */
export interface PlannedKey {
  readonly name: string;
  readonly settings: Partial<KeySettings>;
}

export interface PlannedKeys {
  readonly keys: readonly PlannedKey[];
  readonly notes: readonly ImportNote[];
}

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads an export of LiteLLM's keys: the response of `/key/list?return_full_object=true`, of `/key/info`, or a list
 * of such keys. A key is never planned with more permissions or a higher limit than it has there.
 */
export async function readLitellmKeys(
  path: string,
  nowMs: number,
): Promise<Result<PlannedKeys, Problem>> {
  const read = await nodeImportFiles.read(path, MAX_BYTES);
  if (!read.ok) return failed(describeImportFailure(read.failure));
  if (read.value === undefined) return failed(problem('IMPORT_NOT_FOUND'));
  const json = parseJson(decodeUtf8(read.value) ?? '');
  const entries = json.ok ? entriesIn(json.value) : undefined;
  if (entries === undefined) {
    const message = "The file isn't a list of LiteLLM's keys.";
    const remedy = 'Export it from /key/list?return_full_object=true of LiteLLM.';
    return failed(problem('IMPORT_MALFORMED', message, remedy));
  }
  const notes: ImportNote[] = [];
  const tell: TellNote = (at, kind, message) =>
    notes.push({ path: looksLikeKey(at) ? '[masked]' : at, kind, message });
  const keys = entries.flatMap((entry, at) => keyOf(entry, `keys[${String(at)}]`, nowMs, tell));
  return ok({ keys, notes });
}

function entriesIn(value: JsonValue): readonly JsonObject[] | undefined {
  const listed = isJsonObject(value) ? (value['keys'] ?? [value]) : value;
  if (!Array.isArray(listed)) return undefined;
  const items: readonly JsonValue[] = listed;
  const entries = items.flatMap((item) => {
    if (!isJsonObject(item)) return [];
    const { info } = item;
    return isJsonObject(info) ? [info] : [item];
  });
  const areKeys = entries.every((entry) => FIELDS.some((name) => name in entry));
  return areKeys && entries.length === items.length && entries.length > 0 ? entries : undefined;
}

const FIELDS = ['key_alias', 'key_name', 'token', 'max_budget'];

const DESCRIPTION = ['not-needed', 'Postern records this by itself.'] as const;
const OF_TEAM = [
  'not-mapped',
  "Postern has no teams, so the team's own limits don't hold.",
] as const;

const KEY_NOTES: SettingNotes = {
  key: ['not-needed', 'Postern creates a new key.'],
  token: ['not-needed', 'Postern creates a new key.'],
  key_name: ['not-needed', 'Postern creates a new key.'],
  created_at: DESCRIPTION,
  created_by: DESCRIPTION,
  updated_at: DESCRIPTION,
  updated_by: DESCRIPTION,
  last_active: DESCRIPTION,
  model_spend: DESCRIPTION,
  budget_reset_at: DESCRIPTION,
  team_id: OF_TEAM,
  organization_id: OF_TEAM,
  org_id: OF_TEAM,
};

/** What limits a key in a way that Postern doesn't have. */
const OTHER_LIMITS = [
  'allowed_routes',
  'aliases',
  'budget_id',
  'budget_limits',
  'enforced_params',
  'guardrails',
  'litellm_budget_table',
  'model_max_budget',
  'model_rpm_limit',
  'model_tpm_limit',
  'object_permission',
];

function keyOf(entry: JsonObject, path: string, nowMs: number, tell: TellNote): PlannedKey[] {
  const refuse = (at: string, message: string): PlannedKey[] => {
    tell(at, 'not-mapped', `${message} The key isn't created.`);
    return [];
  };
  const section = new Section(path, filled(entry), tell);
  const metadata = section.section('metadata');
  const other = [section, metadata].flatMap((each) =>
    each.names().flatMap((name) => (OTHER_LIMITS.includes(name) ? [each.pathOf(name)] : [])),
  );
  if (other[0] !== undefined) return refuse(other[0], 'Postern has no such limit.');
  if (section.take('blocked') === true) return refuse(`${path}.blocked`, 'It is blocked.');
  const name = nameOf(section);
  if (looksLikeKey(name)) return refuse(`${path}.key_alias`, 'Its name is a key.');
  const expires = section.text('expires');
  const expiresAtMs = expires === undefined ? undefined : timeIn(expires);
  if (expires !== undefined && (expiresAtMs ?? 0) <= nowMs) {
    return refuse(`${path}.expires`, 'It has expired, or the time is malformed.');
  }
  const models = modelsOf(section, tell);
  if (models === undefined) {
    return refuse(
      `${path}.models`,
      "Its models are its team's, or none of them has a usable name.",
    );
  }
  const limits = limitsOf(section);
  if (limits === undefined) return refuse(path, 'A limit of it is 0 or malformed.');
  const budget = budgetOf(section, tell);
  if (budget === undefined) return refuse(`${path}.max_budget`, "Its budget isn't a number.");
  const notes = notesOf(metadata);
  const owner = ownerOf(section, tell);
  section.finish(KEY_NOTES);
  const settings = { models, limits, notes, owner, expiresAtMs, budget: budget.value };
  return [{ name, settings }];
}

/** Without what is empty: the export has every field of every key. */
function filled(entry: JsonObject): JsonObject {
  const isEmpty = (value: JsonValue): boolean =>
    value === null ||
    value === '' ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (isJsonObject(value) && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => !isEmpty(value)));
}

function nameOf(section: Section): string {
  const shown = section.peek('key_name');
  const end = typeof shown === 'string' ? shown.slice(-4) : '';
  return tidyName(section.text('key_alias') ?? `litellm ${end}`);
}

/** ISO 8601, as UTC if it names no time zone. */
function timeIn(text: string): number | undefined {
  const atMs = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function modelsOf(section: Section, tell: TellNote): KeySettings['models'] | undefined {
  const listed = section.list('models');
  if (listed.length === 0) return section.peek('team_id') === undefined ? 'all' : undefined;
  if (listed.includes('all-proxy-models')) return 'all';
  const names = listed.filter((name) => typeof name === 'string' && isScopeEntry('models', name));
  if (names.length < listed.length) {
    tell(section.pathOf('models'), 'not-mapped', 'Postern has no models of some of these names.');
  }
  const special = ['all-team-models', 'no-default-models'];
  const usable = names.filter((name) => typeof name === 'string' && !special.includes(name));
  return usable.length === 0 ? undefined : usable.map(String);
}

const LIMITS = [
  ['rpm_limit', 'requestsPerMinute'],
  ['tpm_limit', 'tokensPerMinute'],
  ['max_parallel_requests', 'concurrent'],
] as const;

/** Undefined if one of them is 0, which allows nothing, or malformed. */
function limitsOf(section: Section): KeySettings['limits'] | undefined {
  const found = LIMITS.flatMap(([theirs, ours]) => {
    const isThere = section.peek(theirs) !== undefined;
    return isThere ? [[ours, Math.floor(section.number(theirs) ?? 0)] as const] : [];
  });
  const isUsable = found.every(([, limit]) => Number.isSafeInteger(limit) && limit > 0);
  return isUsable ? Object.fromEntries(found) : undefined;
}

const PERIODS: ReadonlyMap<string, KeyBudget['period']> = new Map([
  ['1d', 'day'],
  ['24h', 'day'],
  ['7d', 'week'],
  ['1w', 'week'],
  ['30d', 'month'],
  ['31d', 'month'],
  ['1mo', 'month'],
]);

/** Undefined if the budget is malformed. A budget of a period that Postern doesn't have is for the whole life. */
function budgetOf(
  section: Section,
  tell: TellNote,
): { readonly value: KeyBudget | undefined } | undefined {
  const duration = section.text('budget_duration');
  const spent = section.number('spend') ?? 0;
  if (section.peek('max_budget') === undefined) return { value: undefined };
  const amount = section.number('max_budget');
  if (amount === undefined) return undefined;
  const period = (duration === undefined ? undefined : PERIODS.get(duration)) ?? 'total';
  if (duration !== undefined && period === 'total') {
    const message =
      'Postern has budgets for a day, a week, a month and in total. This one is in total.';
    tell(section.pathOf('budget_duration'), 'changed', message);
  }
  const isRest = duration === undefined && spent > 0;
  if (isRest) tell(section.pathOf('spend'), 'changed', 'The budget is what is left of it.');
  const rest = isRest ? amount - spent : amount;
  // The least that a budget can be: one that is used up allows nothing.
  const amountMicroUsd = Math.max(1, Math.floor(rest * 1e6));
  return Number.isSafeInteger(amountMicroUsd) ? { value: { amountMicroUsd, period } } : undefined;
}

function ownerOf(section: Section, tell: TellNote): string | undefined {
  const owner = section.text('user_id');
  if (owner === undefined) return undefined;
  const isUsable = /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,127}$/u.test(owner) && !looksLikeKey(owner);
  if (isUsable) return owner;
  tell(section.pathOf('user_id'), 'not-mapped', "It can't be an owner.");
  return undefined;
}

const MAX_NOTES = 20;

/** The texts and numbers of `metadata`, as far as they can be notes. */
function notesOf(metadata: Section): KeySettings['notes'] {
  const notes: Record<string, string> = {};
  for (const name of metadata.names()) {
    const value = metadata.peek(name);
    const text = typeof value === 'number' ? String(value) : value;
    const isNote =
      typeof text === 'string' &&
      /^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name) &&
      /^[^\p{C}]{1,200}$/u.test(text) &&
      ![name, text].some(looksLikeKey);
    if (!isNote || Object.keys(notes).length === MAX_NOTES) continue;
    metadata.take(name);
    notes[name] = text;
  }
  metadata.finish({});
  return notes;
}
