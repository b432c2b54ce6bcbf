import * as v from 'valibot';
import { failed, isJsonObject, ok, type JsonValue, type Result } from '@postern/kernel';
import { COLUMN_WIDTHS, CONTRASTS, DIAGRAMS, TEXT_SIZES, THEMES } from './appearance.ts';
import { DIALECT_IDS, DIALECT_INFO, perDialect } from './dialect-ids.ts';
import {
  absolutePath,
  duration,
  endpointPath,
  endpointUrl,
  hostName,
  keyPin,
  providerName,
  receiverAddress,
  serverUrl,
  timeZone,
} from './forms.ts';
import { NAME } from './id-formats.ts';
import { ATTRIBUTION_HEADERS, UPSTREAM_AUTHS } from './provider.ts';
import { listenConfig } from './listen-config.ts';
import { serverQuirks } from './server-quirks.ts';
import { ALIAS_NAME, breakerConfig, modelAliases, retriesConfig } from './routing-config.ts';

/** The configuration file, `config.json`. Postern doesn't start with an unknown key. */
export const ConfigSchema = v.strictObject({
  /** Format version of the file. */
  version: v.optional(v.literal(1), 1),
  /** Where to store secrets. `auto`: the keyring if it works, otherwise the encrypted file. */
  storage: v.optional(v.picklist(['auto', 'keyring', 'file']), 'auto'),
  /** The loopback port of the app, the page and the gateway. */
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)), 7420),
  vault: v.optional(
    v.strictObject({
      /**
       * The app and the agent lock the vault if it wasn't used for this long: `15m`, `8h`, `never`.
       * `auto`: after an hour if the user unlocked it, never if the keyring unlocked it.
       */
      lockAfterIdle: v.optional(v.union([v.picklist(['auto', 'never']), duration]), 'auto'),
      /**
       * They lock it if the machine was suspended, or its clock changed by 15 s or more. `auto`: if the
       * user unlocked it.
       */
      lockOnSuspend: v.optional(v.union([v.literal('auto'), v.boolean()]), 'auto'),
      /** When the app ends cleanly, the providers' keys are removed from the vault. */
      deleteKeysOnExit: v.optional(v.boolean(), false),
    }),
    {},
  ),
  privacy: v.optional(
    v.strictObject({
      /**
       * When the app ends cleanly, every chat is permanently deleted, also those in the trash, and unsent messages. If it
       * couldn't, the next unlock of the vault by an app does so.
       */
      clearHistoryOnExit: v.optional(v.boolean(), false),
      /** Requests go only to providers on this machine and at `localHosts`. */
      localModelsOnly: v.optional(v.boolean(), false),
      /** After the first answer, the model is asked for a title of the chat, with the question and the answer. */
      titlesByModel: v.optional(v.boolean(), false),
    }),
    {},
  ),
  /** What the running app logs to standard error; nothing of it is stored. */
  log: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(['error', 'warn', 'info', 'debug']), 'warn'),
      /** `json`: an object a line, for programs. */
      format: v.optional(v.picklist(['text', 'json']), 'text'),
    }),
    {},
  ),
  audit: v.optional(
    v.strictObject({
      /** Where the audit log is sent while a process holds the vault, and by `audit forward`. */
      forward: v.exactOptional(
        v.strictObject({
          /** `tls://host:6514`; `tcp://host:601` only for loopback and the hosts of `localHosts`. */
          to: receiverAddress,
          format: v.optional(v.picklist(['syslog', 'jsonl', 'cef', 'ocsf']), 'syslog'),
          /** The authority of the receiver's certificate, PEM. Default: those of the runtime. */
          ca: v.exactOptional(absolutePath),
          /** Shown to a receiver that asks for one, PEM. */
          clientCertificate: v.exactOptional(absolutePath),
          /** Its private key, PEM: a file that is the user's alone. */
          clientKey: v.exactOptional(absolutePath),
        }),
      ),
    }),
    {},
  ),
  appearance: v.optional(
    v.strictObject({
      theme: v.optional(v.picklist(THEMES), 'system'),
      contrast: v.optional(v.picklist(CONTRASTS), 'system'),
      textSize: v.optional(v.picklist(TEXT_SIZES), 'medium'),
      columnWidth: v.optional(v.picklist(COLUMN_WIDTHS), 'narrow'),
      diagrams: v.optional(v.picklist(DIAGRAMS), 'drawn'),
    }),
    {},
  ),
  /** Named endpoints beside the built-in providers; a built-in id overrides its address or models. */
  providers: v.optional(
    v.record(
      providerName,
      v.strictObject({
        label: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(80))),
        dialect: v.exactOptional(v.picklist(DIALECT_IDS)),
        /** Dialects that it speaks beside `dialect`. */
        alsoSpeaks: v.exactOptional(
          v.pipe(
            v.array(
              v.strictObject({
                dialect: v.picklist(DIALECT_IDS),
                /** Where it answers, below `baseUrl`: `/messages`. Default: the dialect's usual path. */
                path: v.exactOptional(endpointPath),
              }),
            ),
            v.maxLength(DIALECT_IDS.length),
          ),
        ),
        baseUrl: v.exactOptional(endpointUrl),
        auth: v.exactOptional(v.picklist(UPSTREAM_AUTHS)),
        /** Further secrets with keys for it, beside the secret with the provider's own name. */
        keys: v.exactOptional(v.pipe(v.array(providerName), v.maxLength(50))),
        /** Its certificate, if it isn't checked as usual. Nothing turns the check off. */
        tls: v.exactOptional(
          v.strictObject({
            /** The certificate of its own authority, PEM. Then no other authority is trusted for it. */
            ca: v.exactOptional(absolutePath),
            /** `sha256/BASE64` of at least two public keys, of which its chain must have one. */
            pins: v.exactOptional(v.pipe(v.array(keyPin), v.maxLength(20))),
          }),
        ),
        /** Headers of a client that are passed on to it. By default none of these is. */
        forwardHeaders: v.exactOptional(v.array(v.picklist(ATTRIBUTION_HEADERS))),
        models: v.exactOptional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(200)))),
        /** How it differs from other servers of chat completions. Added to what is known of a built-in one. */
        quirks: v.exactOptional(serverQuirks),
      }),
    ),
    {},
  ),
  /** Hosts beyond loopback that may have private addresses and plain HTTP, such as a model server at home. */
  localHosts: v.optional(v.array(hostName), []),
  proxy: v.exactOptional(
    v.strictObject({
      /** `http://host:port` or `https://host:port`, without user name and password. */
      url: serverUrl,
      username: v.exactOptional(v.string()),
      /** The vault's entry holding the proxy password. */
      passwordSecret: v.exactOptional(v.string()),
      /** Hosts reached directly; a leading dot matches subdomains. */
      noProxy: v.optional(v.array(v.string()), []),
    }),
  ),
  gateway: v.optional(
    v.strictObject({
      /** Largest request body in bytes. */
      maxBodyBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1024)), 33_554_432),
      /** Requests served at once, of all keys; one key alone gets three quarters. More wait. */
      maxConcurrent: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 2048),
      /** Requests that wait, of all keys, shared alike; one more is answered with 429. */
      maxQueued: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 2048),
      /** How long a request waits before it is answered with 429: `10s`. */
      queueTimeout: v.optional(duration, '10s'),
      /** `GET /metrics` of `postern serve`. */
      metrics: v.optional(
        v.strictObject({
          /** The vault's entry with the token that a request needs. Without it, only this machine may ask. */
          tokenSecret: v.exactOptional(providerName),
        }),
        {},
      ),
      /** How long a stop waits for running requests: `25s`. */
      drainTimeout: v.optional(duration, '25s'),
      /** The longest wait for a provider to begin its response: `5m`. */
      headTimeout: v.optional(duration, '5m'),
      /**
       * A stream whose provider sent nothing for this long begins with pings, so that clients and proxies
       * don't time out. An error after that is an event in the stream instead of a status.
       */
      streamHeadAfter: v.optional(duration, '30s'),
      /** Sends a ping into a stream that is silent for this long: `15s`. */
      pingAfter: v.optional(duration, '15s'),
      /** Requests from one client address, of other machines. An IPv6 address counts as its /64. */
      perAddress: v.optional(
        v.strictObject({
          /** Before the key is looked at; more are answered with 429. */
          requestsPerMinute: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 100),
          /** Requests with an invalid key; after them every request waits. */
          failuresPerMinute: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 10),
          /** Connections at the same time, in one process; more are closed before anything is read. */
          connections: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1000),
          /** Whether requests and connections from this machine count, too. */
          countsLoopback: v.optional(v.boolean(), false),
        }),
        {},
      ),
      /** Limits of all keys together, in all processes of this home. Default: none. */
      limits: v.optional(
        v.strictObject({
          requestsPerMinute: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
          tokensPerMinute: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
          /** Requests that run at the same time; more are answered with 429 at once. */
          concurrent: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
        }),
        {},
      ),
      /** Where days, weeks and months of budgets begin: `Europe/Berlin`. Default: the system's time zone. */
      timeZone: v.exactOptional(timeZone),
      /** A file with prices of models, which replace or extend the built-in ones. */
      prices: v.exactOptional(absolutePath),
      /** The provider for a model without a `provider/` prefix, per dialect. */
      defaultProvider: v.optional(
        v.strictObject(
          perDialect((dialect) => v.optional(v.string(), DIALECT_INFO[dialect].defaultProvider)),
        ),
        {},
      ),
      models: v.optional(modelAliases, {}),
      retries: v.optional(retriesConfig, {}),
      breaker: v.optional(breakerConfig, {}),
      /** Where `postern serve` listens. */
      listen: v.optional(listenConfig, {}),
    }),
    {},
  ),
});

/** The configuration with all defaults. */
export type Config = v.InferOutput<typeof ConfigSchema>;
/** The configuration as a user writes it. */
export type ConfigInput = v.InferInput<typeof ConfigSchema>;

/** An error in a configuration: where it is and what is wrong, without the value. */
export interface ConfigFailure {
  readonly reason: 'config-invalid';
  /** Dotted path of the key, `gateway.maxBodyBytes`; empty for the whole file. */
  readonly path: string;
  /** A short phrase: `unknown key`, `not a valid value`. */
  readonly problem: string;
}

/** Parses the content of `config.json`. Rejects unknown keys. */
export function parseConfig(value: JsonValue): Result<Config, ConfigFailure> {
  const [first] = configProblems(value);
  if (first !== undefined) return failed(first);
  return ok(v.parse(ConfigSchema, value));
}

/** Every error in the content of `config.json`. */
export function configProblems(value: JsonValue): readonly ConfigFailure[] {
  if (!isJsonObject(value)) return [invalid('', 'not an object')];
  const parsed = v.safeParse(ConfigSchema, value);
  const all = [
    ...unusableNames(value['providers'], 'providers', NAME),
    ...unusableNames(gatewayModels(value['gateway']), 'gateway.models', ALIAS_NAME),
    ...(parsed.issues ?? []).map((issue) => invalid(v.getDotPath(issue) ?? '', problemOf(issue))),
  ];
  // A value can fail several checks of the schema in the same way.
  return [...new Map(all.map((each) => [`${each.path}: ${each.problem}`, each])).values()];
}

function invalid(path: string, problem: string): ConfigFailure {
  return { reason: 'config-invalid', path, problem };
}

function gatewayModels(gateway: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(gateway) ? gateway['models'] : undefined;
}

// The schema library silently omits some keys from a record.
function unusableNames(
  record: JsonValue | undefined,
  path: string,
  form: RegExp,
): readonly ConfigFailure[] {
  const names = isJsonObject(record) ? Object.keys(record) : [];
  return names
    .filter((name) => !form.test(name))
    .map((name) => invalid(`${path}.${name}`, 'not a usable name'));
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'unknown key';
  if (issue.received === 'undefined') return 'missing';
  return 'not a valid value';
}
