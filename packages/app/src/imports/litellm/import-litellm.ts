import type { ImportedRow } from '@postern/importers';
import { isJsonObject, ok, parseJson, type JsonObject, type Result } from '@postern/kernel';
import { settingName, type ConfigInput, type Problem, type SecretName } from '@postern/protocol';
import { recordEvents } from '../../audit/audit.ts';
import { changeHomeConfig } from '../../config/change-home-config.ts';
import { hasComments } from '../../config/load-config.ts';
import { openHome } from '../../config/open-home.ts';
import type { OpenParts } from '../../vault/front-end.ts';
import type { OpenVault } from '../../vault/open-vault.ts';
import { importIntoVault } from '../import-into-vault.ts';
import { mergeIntoConfig, type ConfigChange, type Wanted } from './merge-into-config.ts';
import type { LitellmPlan, MissingSecret } from './plan-litellm.ts';

/** What an import did, or would do. */
export interface LitellmOutcome {
  readonly changes: readonly ConfigChange[];
  readonly secrets: readonly ImportedRow[];
  /** The secrets that weren't stored, because their provider has another address in the configuration. */
  readonly withheld: readonly SecretName[];
  /** The secrets that the providers need and that are neither found nor in the vault. */
  readonly missing: readonly MissingSecret[];
  /** Undefined if there is none yet. */
  readonly vault: OpenVault | undefined;
}

export interface LitellmPreview extends LitellmOutcome {
  /** Whether the change would remove comments of the configuration file. */
  readonly losesComments: boolean;
}

/** What an import would do. Changes nothing, and creates no vault. */
export async function previewLitellmImport(
  parts: OpenParts,
  plan: LitellmPlan,
  isReplacing: boolean,
): Promise<Result<LitellmPreview, Problem>> {
  const loaded = openHome(parts.home);
  if (!loaded.ok) return loaded;
  const written = asJson(loaded.value.written);
  const { changes, elsewhere } = mergeIntoConfig(written, plan.wanted, isReplacing);
  const secrets = secretsAt(plan, elsewhere);
  const stored = await importIntoVault(parts, { secrets }, { isDryRun: true, isReplacing });
  if (!stored.ok) return stored;
  const { rows, vault } = stored.value;
  const missing = await missingIn(vault, plan);
  if (!missing.ok) return missing;
  const losesComments = changes.some(isChange) && hasComments(parts.home.configFile);
  const withheld = withheldSecrets(plan, elsewhere);
  return ok({ changes, secrets: rows, withheld, missing: missing.value, vault, losesComments });
}

/**
 * Stores the secrets and then changes the configuration, so that no provider in it lacks a key that was found. If it
 * is killed in between, the same import completes it: what is there already stays as it is.
 */
export async function runLitellmImport(
  parts: OpenParts,
  plan: LitellmPlan,
  {
    isReplacing,
    vault: open,
  }: { readonly isReplacing: boolean; readonly vault: OpenVault | undefined },
): Promise<Result<LitellmOutcome, Problem>> {
  const loaded = openHome(parts.home);
  if (!loaded.ok) return loaded;
  const written = asJson(loaded.value.written);
  const { elsewhere } = mergeIntoConfig(written, plan.wanted, isReplacing);
  const secrets = secretsAt(plan, elsewhere);
  const options = { isDryRun: secrets.length === 0, isReplacing, vault: open };
  const stored = await importIntoVault(parts, { secrets }, options);
  if (!stored.ok) return stored;
  const { rows, vault } = stored.value;
  const changes = changeFile(parts, plan.wanted, isReplacing);
  if (!changes.ok) return changes;
  const recorded = await recordChanges(parts, vault, changes.value);
  if (!recorded.ok) return recorded;
  const missing = await missingIn(vault, plan);
  if (!missing.ok) return missing;
  const withheld = withheldSecrets(plan, elsewhere);
  return ok({ changes: changes.value, secrets: rows, withheld, missing: missing.value, vault });
}

/** The secrets of providers that have the address that the file means. */
function secretsAt({ secrets }: LitellmPlan, elsewhere: ReadonlySet<string>) {
  return secrets.filter(({ name }) => !elsewhere.has(name));
}

function withheldSecrets({ secrets }: LitellmPlan, elsewhere: ReadonlySet<string>) {
  return secrets.map(({ name }) => name).filter((name) => elsewhere.has(name));
}

function isChange({ outcome }: ConfigChange): boolean {
  return outcome === 'add' || outcome === 'replace';
}

function changeFile(
  { home }: OpenParts,
  wanted: Wanted,
  isReplacing: boolean,
): Result<readonly ConfigChange[], Problem> {
  const loaded = openHome(home);
  if (!loaded.ok) return loaded;
  let { changes } = mergeIntoConfig(asJson(loaded.value.written), wanted, isReplacing);
  if (!changes.some(isChange)) return ok(changes);
  const changed = changeHomeConfig(home, (before) => {
    const merged = mergeIntoConfig(asJson(before), wanted, isReplacing);
    changes = merged.changes;
    return merged.config;
  });
  return changed.ok ? ok(changes) : changed;
}

/** The content of the configuration file as plain JSON. */
function asJson(written: ConfigInput): JsonObject {
  const json = parseJson(JSON.stringify(written));
  return json.ok && isJsonObject(json.value) ? json.value : {};
}

async function missingIn(
  vault: OpenVault | undefined,
  { missing }: LitellmPlan,
): Promise<Result<readonly MissingSecret[], Problem>> {
  if (vault === undefined) return ok(missing);
  const infos = await vault.list();
  if (!infos.ok) return infos;
  const names = new Set(infos.value.map(({ name }) => name));
  return ok(missing.filter(({ name }) => !names.has(name)));
}

const SETTINGS: Readonly<Record<Exclude<ConfigChange['kind'], 'setting'>, string>> = {
  provider: 'providers',
  alias: 'gateway.models',
  'local-host': 'localHosts',
};

/** One record for each setting that changed, if the vault, which has the log's key, is open. */
async function recordChanges(
  parts: OpenParts,
  vault: OpenVault | undefined,
  changes: readonly ConfigChange[],
): Promise<Result<undefined, Problem>> {
  const names = changes
    .filter(isChange)
    .map(({ kind, name }) => (kind === 'setting' ? name : SETTINGS[kind]));
  if (vault === undefined || names.length === 0) return ok();
  const events = [...new Set(names)].map((name) => {
    const subject = { kind: 'setting', id: settingName.from(name) } as const;
    return { action: 'config.change', outcome: 'success', subject } as const;
  });
  return await recordEvents(parts, vault, events);
}
