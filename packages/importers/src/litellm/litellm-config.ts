import { decodeUtf8, failed, isJsonObject, ok, type JsonValue, type Result } from '@postern/kernel';
import type { ImportFiles } from '../import-files.ts';
import type { ImportFailure } from '../import-failure.ts';
import { nodeImportFiles } from '../node-import-files.ts';
import type { ImportNote, TellNote } from './import-note.ts';
import { parseYaml } from './read-yaml.ts';
import { readRouting, type LitellmRouting } from './read-routing.ts';
import { Section, type FileVariables, type Setting } from './section.ts';
import { FILE_NOTES, GENERAL_NOTES, INFO_NOTES, MODEL_NOTES } from './setting-notes.ts';

/** One entry of `model_list`. */
export interface LitellmModel {
  /** `model_list[3]`. */
  readonly path: string;
  /** `model_name`: what clients call. Several entries can have the same. */
  readonly name: string;
  /** `litellm_params.model`: `provider/model`, or a model alone. */
  readonly model: string;
  /** `custom_llm_provider`, which replaces the prefix. */
  readonly provider: string | undefined;
  readonly apiBase: Setting | undefined;
  /** A secret. Never print its text. */
  readonly apiKey: Setting | undefined;
  readonly weight: number | undefined;
  readonly order: number | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  /** Tokens of the longest prompt. */
  readonly contextWindow: number | undefined;
}

/** The configuration of a LiteLLM proxy, as far as Postern has the same. The notes are the rest. */
export interface LitellmConfig extends LitellmRouting {
  readonly models: readonly LitellmModel[];
  /** The secrets in the file: keys of providers, its own, and its variables. Never print them. */
  readonly secrets: readonly string[];
  readonly notes: readonly ImportNote[];
}

const MAX_BYTES = 512 * 1024;
const PARTS = ['model_list', 'litellm_settings', 'router_settings', 'general_settings'];

/** Reads `config.yaml` of a LiteLLM proxy (https://docs.litellm.ai/docs/proxy/configs). Changes nothing. */
export async function readLitellmConfig(
  path: string,
  files: ImportFiles = nodeImportFiles,
): Promise<Result<LitellmConfig, ImportFailure>> {
  const bytes = await files.read(path, MAX_BYTES);
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return failed({ reason: 'import-not-found', path });
  const text = decodeUtf8(bytes.value);
  if (text === undefined) return failed({ reason: 'import-malformed', path });
  const parsed = parseYaml(text);
  if (!parsed.ok) {
    const { line } = parsed.failure;
    return failed({ reason: 'import-malformed', path, ...(line !== undefined && { line }) });
  }
  const config = parseLitellmConfig(parsed.value);
  return config === undefined ? failed({ reason: 'import-malformed', path }) : ok(config);
}

/** The same for a parsed file; undefined if it isn't a configuration of LiteLLM. */
export function parseLitellmConfig(value: JsonValue): LitellmConfig | undefined {
  if (!isJsonObject(value) || !PARTS.some((name) => name in value)) return undefined;
  const notes: ImportNote[] = [];
  const tell: TellNote = (path, kind, message) => notes.push({ path, kind, message });
  const file = new Section('', value, tell);
  const variables = variablesOf(file);
  const credentials = credentialsOf(file, variables, tell);
  const models = file.list('model_list').flatMap((entry, at) => {
    const section = new Section(`model_list[${String(at)}]`, entry, tell);
    return modelOf(section, { variables, credentials, tell });
  });
  const routing = readRouting(
    file.section('router_settings'),
    file.section('litellm_settings'),
    tell,
  );
  const general = file.section('general_settings');
  const ownSecrets = ['master_key', 'database_url'].map((name) => general.peek(name));
  general.finish(GENERAL_NOTES);
  file.finish(FILE_NOTES);
  const keys = [...models, ...credentials.values()].map(({ apiKey }) => apiKey);
  const texts = keys.map((key) => (key?.kind === 'text' ? key.text : undefined));
  const found = [...texts, ...variables.values(), ...ownSecrets].filter(isSecret);
  return { models, ...routing, secrets: [...new Set(found)], notes };
}

function isSecret(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '' && !value.startsWith('os.environ/');
}

/** `environment_variables`: variables that LiteLLM sets for itself. */
function variablesOf(file: Section): FileVariables {
  const section = file.section('environment_variables');
  return new Map(
    section.names().flatMap((name) => {
      const text = section.text(name);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

type Credentials = ReadonlyMap<string, Pick<LitellmModel, 'apiKey' | 'apiBase'>>;

/** `credential_list`: keys and addresses that models name with `litellm_credential_name`. */
function credentialsOf(file: Section, variables: FileVariables, tell: TellNote): Credentials {
  const found = new Map<string, Pick<LitellmModel, 'apiKey' | 'apiBase'>>();
  for (const [at, entry] of file.list('credential_list').entries()) {
    const section = new Section(`credential_list[${String(at)}]`, entry, tell);
    const name = section.text('credential_name');
    const values = section.section('credential_values');
    const apiKey = values.setting('api_key', variables);
    const apiBase = values.setting('api_base', variables);
    values.finish(MODEL_NOTES);
    section.finish({ credential_info: ['not-needed', 'Postern needs no description of it.'] });
    if (name !== undefined) found.set(name, { apiKey, apiBase });
  }
  return found;
}

interface ModelParts {
  readonly variables: FileVariables;
  readonly credentials: Credentials;
  readonly tell: TellNote;
}

function modelOf(section: Section, parts: ModelParts): LitellmModel[] {
  const { tell } = parts;
  const name = section.text('model_name');
  const params = section.section('litellm_params');
  const model = params.text('model');
  const target = targetOf(params, parts);
  const shares = {
    weight: params.number('weight'),
    order: params.number('order'),
    requestsPerMinute: limitIn('rpm', [params, section], tell),
    tokensPerMinute: limitIn('tpm', [params, section], tell),
  };
  params.finish(MODEL_NOTES);
  const info = section.section('model_info');
  const contextWindow = info.number('max_input_tokens');
  const mode = info.text('mode') ?? 'chat';
  info.finish(INFO_NOTES);
  section.finish({});
  if (name === undefined || model === undefined) {
    tell(section.path, 'not-mapped', 'It has no model_name or no litellm_params.model.');
    return [];
  }
  if (!MODES.has(mode)) {
    tell(section.path, 'not-mapped', 'Postern has no endpoint for models of this mode.');
    return [];
  }
  return [{ path: section.path, name, model, contextWindow, ...target, ...shares }];
}

const ONLY_WEIGHT =
  "It can't be mapped: Postern limits keys, not targets. It only counts as the target's weight, if no target has a " +
  'weight. To limit a key: postern key update NAME --requests-per-minute N --tokens-per-minute N.';

/** The limit of a model, for its weight. As in LiteLLM, the first one counts. */
function limitIn(
  name: 'rpm' | 'tpm',
  sections: readonly Section[],
  tell: TellNote,
): number | undefined {
  const found = sections.flatMap((section) => {
    const limit = section.number(name);
    if (limit !== undefined) tell(section.pathOf(name), 'not-mapped', ONLY_WEIGHT);
    return limit ?? [];
  });
  return found[0];
}

function targetOf(
  params: Section,
  { variables, credentials }: ModelParts,
): Pick<LitellmModel, 'provider' | 'apiBase' | 'apiKey'> {
  const credential = credentials.get(params.text('litellm_credential_name') ?? '');
  const apiBase = params.setting('api_base', variables) ?? params.setting('base_url', variables);
  return {
    provider: params.text('custom_llm_provider'),
    apiBase: apiBase ?? credential?.apiBase,
    apiKey: params.setting('api_key', variables) ?? credential?.apiKey,
  };
}

/** What Postern has an endpoint for. */
const MODES = new Set(['chat', 'completion', 'responses', 'embedding']);
