import { revealSecret } from '@postern/kernel';
import {
  importGatewayKey,
  parseKeyList,
  readKeyList,
  type KeySettings,
  type ListedKey,
} from '@postern/app';
import { EXIT, problem } from '@postern/protocol';
import { confirm, readStandardInput } from '../terminal/prompt.ts';
import { chosenSettings } from './key-settings.ts';
import type { KeySettingOptions } from './program/key-setting-options.ts';
import { connectOrCreate, endWith, fail, orFail, report, type CommandContext } from './context.ts';

export interface KeyImportOptions extends KeySettingOptions {
  readonly all?: boolean;
  readonly only?: readonly string[];
  readonly force?: boolean;
}

interface Row {
  readonly name: string;
  readonly outcome: 'imported' | 'refused';
  readonly id?: string;
  readonly code?: string;
  readonly message?: string;
  readonly remedy?: string;
}

/** `postern key import FILE|-`: adopts the chosen keys of another program. Prints names, never keys. */
export async function importKeys(
  context: CommandContext,
  path: string,
  options: KeyImportOptions,
): Promise<void> {
  if (options.model === undefined && options.allModels !== true) {
    const remedy = 'Name each one, such as --model "openai/*", or allow every model: --all-models.';
    fail(problem('USAGE', 'Which models may the imported keys call?', remedy));
  }
  const settings = orFail(chosenSettings(options, {}, context.clock.nowMs()));
  const listed = path === '-' ? await listOnInput() : orFail(await readKeyList(path));
  const chosen = await choose(context, path, listed, options);
  const rows: Row[] = [];
  if (chosen.length > 0) {
    const vault = await connectOrCreate(context);
    for (const { name, key, isActive } of chosen) {
      // A key that was disabled in the other program must not become valid here.
      const own: Partial<KeySettings> = isActive
        ? settings
        : { ...settings, expiresAtMs: context.clock.nowMs() };
      const request = { name, key, settings: own, isForced: options.force === true };
      const imported = await importGatewayKey(context, vault, request);
      rows.push(
        imported.ok
          ? { name, outcome: 'imported', id: imported.value.id }
          : {
              name,
              outcome: 'refused',
              code: imported.failure.code,
              message: imported.failure.message,
              remedy: imported.failure.remedy,
            },
      );
    }
  }
  report(context, rows, linesOf(rows, path));
  if (rows.some(({ outcome }) => outcome === 'refused')) endWith(EXIT.failure);
}

/** Each key is an explicit choice: by name, all of them, or one question for each. */
async function choose(
  { terminal }: CommandContext,
  path: string,
  listed: readonly ListedKey[],
  { all, only }: KeyImportOptions,
): Promise<readonly ListedKey[]> {
  if (all === true) return listed;
  if (only !== undefined) {
    const unknown = only.find((name) => !listed.some((key) => key.name === name));
    if (unknown === undefined) return listed.filter(({ name }) => only.includes(name));
    return fail(
      problem('IMPORT_NOT_FOUND', 'The file has no key with one of the names in --only.'),
    );
  }
  // Standard input can't hold both the keys and the answers.
  if (!terminal.interactive || path === '-') {
    const remedy = 'Import all with --all, or some with --only NAME.';
    fail(problem('USAGE', "Without a terminal, Postern can't ask which keys to import.", remedy));
  }
  const chosen: ListedKey[] = [];
  for (const key of listed) {
    const inactive = key.isActive ? '' : ' (inactive, imported as expired)';
    if (await confirm(`Import the key ${key.name}${inactive}?`)) chosen.push(key);
  }
  return chosen;
}

async function listOnInput(): Promise<readonly ListedKey[]> {
  const input = await readStandardInput();
  return input === undefined
    ? fail(problem('IMPORT_MALFORMED', 'Standard input is longer than 64 KiB.'))
    : orFail(parseKeyList(revealSecret(input)));
}

function linesOf(rows: readonly Row[], path: string): readonly string[] {
  if (rows.length === 0) return ['Nothing was imported.'];
  const lines = rows.map(({ name, id, message = '', remedy = '' }) =>
    id === undefined ? `Refused ${name}: ${message} ${remedy}` : `Imported ${name} (${id}).`,
  );
  const isExposed = path !== '-' && rows.some(({ outcome }) => outcome === 'imported');
  return isExposed ? [...lines, `The keys are still readable in ${path}.`] : lines;
}
