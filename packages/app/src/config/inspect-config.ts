import { aliasProblems } from '@postern/gateway';
import {
  failed,
  isJsonObject,
  ok,
  type JsonObject,
  type JsonValue,
  type Result,
} from '@postern/kernel';
import {
  CONFIG_SETTINGS,
  configProblems,
  parseConfig,
  readVariables,
  unknownVariables,
  valueAt,
  withVariables,
  type Config,
  type Problem,
} from '@postern/protocol';
import { describeUpstreamFailure, providerTable } from '@postern/upstreams';
import { parseReceiver } from '../audit/forward-receiver.ts';
import { describeConfigFailure } from '../failure/describe-home.ts';
import type { Home } from './home.ts';
import { readConfigFile } from './load-config.ts';

/** One error in the configuration: where it is and what is wrong, without the value. */
export interface ConfigError {
  /** A dotted path in the file, or the name of an environment variable; empty for the whole file. */
  readonly path: string;
  readonly problem: string;
}

export interface ConfigCheck {
  readonly errors: readonly ConfigError[];
  /** Environment variables whose names begin with `POSTERN_` but aren't those of settings. */
  readonly ignoredVariables: readonly string[];
}

type ConfigPlace = Pick<Home, 'configFile' | 'variables'>;

/** Finds every error in the configuration file and the environment. */
export function checkConfigFile(home: ConfigPlace): Result<ConfigCheck, Problem> {
  const read = readConfigFile(home.configFile);
  if (!read.ok) return failed(describeConfigFailure(read.failure));
  return ok({
    errors: errorsOf(read.value, home),
    ignoredVariables: unknownVariables(home.variables ?? {}),
  });
}

function errorsOf(written: JsonValue, { variables = {} }: ConfigPlace): readonly ConfigError[] {
  const inFile = configProblems(written).map(({ path, problem }) => ({ path, problem }));
  const set = readVariables(variables);
  const inVariables = set.ok ? [] : [{ path: set.failure.variable, problem: 'not a valid value' }];
  if (inFile.length > 0 || !set.ok || !isJsonObject(written)) return [...inFile, ...inVariables];
  const parsed = parseConfig(withVariables(written, set.value));
  if (!parsed.ok) return [{ path: parsed.failure.path, problem: parsed.failure.problem }];
  return errorsInUse(parsed.value);
}

/** What the schema can't check. */
function errorsInUse(config: Config): readonly ConfigError[] {
  const table = providerTable(config);
  const receiver = parseReceiver(config);
  return [
    ...(table.ok
      ? []
      : [{ path: 'providers', problem: describeUpstreamFailure(table.failure).message }]),
    ...(table.ok ? aliasProblems(config.gateway.models, table.value) : []),
    ...(receiver.ok ? [] : [{ path: 'audit.forward', problem: receiver.failure.message }]),
  ];
}

/** A setting in effect. It is never a secret: the configuration only names secrets of the vault. */
export interface EffectiveSetting {
  readonly name: string;
  /** Null if it isn't set and has no default. */
  readonly value: JsonValue;
  readonly source: 'default' | 'file' | 'environment';
  /** The environment variable that can set it; null for a table. */
  readonly variable: string | null;
}

/** Every setting with its value and the source of the value. */
export function effectiveSettings(home: ConfigPlace): Result<readonly EffectiveSetting[], Problem> {
  const read = readConfigFile(home.configFile);
  if (!read.ok) return failed(describeConfigFailure(read.failure));
  const set = readVariables(home.variables ?? {});
  if (!set.ok) return failed(describeConfigFailure(set.failure));
  const written = isJsonObject(read.value) ? read.value : {};
  const [first] = configProblems(read.value);
  if (first !== undefined) {
    const problem = `${first.path || 'the file'}: ${first.problem}`;
    const reason = 'config-invalid';
    return failed(describeConfigFailure({ reason, path: home.configFile, problem }));
  }
  const config = asJson(withVariables(written, set.value));
  return ok(
    CONFIG_SETTINGS.map(({ name, path, variable }) => ({
      name,
      value: valueAt(config, path) ?? null,
      source: sourceOf(set.value.has(name), valueAt(written, path)),
      variable: variable ?? null,
    })),
  );
}

function sourceOf(isSet: boolean, written: JsonValue | undefined): EffectiveSetting['source'] {
  if (isSet) return 'environment';
  return written === undefined ? 'default' : 'file';
}

/** The configuration with all defaults, as JSON. */
function asJson(written: JsonObject): JsonValue {
  const parsed = parseConfig(written);
  if (!parsed.ok) return written;

  return parsed.value;
}
