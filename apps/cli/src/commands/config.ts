import { EXIT } from '@postern/protocol';
import {
  checkConfigFile,
  checkStart,
  configExample,
  configJsonSchema,
  effectiveSettings,
  missingSecrets,
  type MissingSecrets,
} from '@postern/app';
import { table } from '../terminal/terminal.ts';
import { endWith, inspectionParts, orFail, report, type CommandContext } from './context.ts';

/**
 * `postern config check`: every error of the configuration, with its path, what `serve` would refuse, and secrets
 * that the vault doesn't have.
 */
export async function checkConfig(context: CommandContext): Promise<void> {
  const { errors: inFile, ignoredVariables } = orFail(checkConfigFile(context.home));
  const errors = inFile.length > 0 ? inFile : await checkStart(context);
  const { configFile } = context.home;
  const ignored = ignoredVariables.map((name) => `${name}: not a setting, so it is ignored.`);
  const found = errors.map(({ path, problem }) => `${path === '' ? configFile : path}: ${problem}`);
  const isValid = errors.length === 0;
  const secrets = isValid ? orFail(await missingSecrets(inspectionParts(context))) : undefined;
  const missing = secrets?.state === 'checked' ? secrets.missing : null;
  const value = { valid: isValid, file: configFile, errors, ignoredVariables };
  report(context, { ...value, missingSecrets: missing }, [
    ...(isValid ? [`${configFile} is valid.`] : found),
    ...ignored,
    ...(secrets === undefined ? [] : secretLines(secrets)),
  ]);
  if (!isValid) endWith(EXIT.usage);
}

function secretLines(secrets: MissingSecrets): readonly string[] {
  if (secrets.state === 'checked') {
    return secrets.missing.map(
      ({ path, secret }) =>
        `${path}: the vault has no secret ${secret}. Store it: postern secret set ${secret}`,
    );
  }
  const names = secrets.named.map(({ secret }) => secret).join(', ');
  return [`The vault is locked, so it wasn't checked for these secrets: ${names}.`];
}

/** `postern config show`: every setting in effect, and where it comes from. */
export function showConfig(context: CommandContext): void {
  const settings = orFail(effectiveSettings(context.home));
  const rows = settings.map(({ name, value, source, variable }) => [
    name,
    value === null ? '-' : JSON.stringify(value),
    source,
    variable ?? '-',
  ]);
  report(context, { file: context.home.configFile, settings }, [
    table(['setting', 'value', 'source', 'variable'], rows),
  ]);
}

/** `postern config schema`: the JSON Schema, for editors. */
export function printConfigSchema(context: CommandContext): void {
  context.terminal.print(JSON.stringify(configJsonSchema(), null, 2));
}

/** `postern config example`: a file with every setting. */
export function printConfigExample(context: CommandContext): void {
  const example = configExample();
  if (context.json) context.terminal.print(JSON.stringify({ example }));
  else context.terminal.write(example);
}
