import * as v from 'valibot';
import { brandOf, type Branded } from '@postern/kernel';
import { idempotencyWindow, SCOPE_SCHEMAS, type KeyBudget, type KeyScopes } from './key-scopes.ts';
import type { ErrorCodeName } from './error-codes/error-codes.ts';
import { ERROR_CODES } from './error-codes/error-codes.ts';
import {
  gatewayKeyId,
  providerId,
  secretName,
  settingName,
  vaultId,
  type GatewayKeyId,
  type ProviderId,
  type SecretName,
  type SettingName,
  type VaultId,
} from './ids.ts';

/*
 * The content of the audit log. No field is free text: actions and reasons are from fixed tables, a subject is an
 * id that only its own parser can create, and other fields are numbers. So a record can't contain a secret's
 * value, a prompt or a header.
 */

/** What an action does to its subject, for the schemas that other systems expect. */
export type AuditEffect = 'create' | 'read' | 'update' | 'delete' | 'logon' | 'logoff' | 'other';

export interface AuditActionInfo {
  readonly meaning: string;
  readonly effect: AuditEffect;
}

/** Every recorded action, with its effect. A test makes the product record each one. */
export const AUDIT_ACTIONS = {
  'log.begin': { meaning: 'Audit log begun', effect: 'create' },
  'log.set-aside': { meaning: 'Damaged audit log set aside', effect: 'create' },
  'log.repair': { meaning: 'Unfinished end of the audit log removed', effect: 'update' },
  'log.export': { meaning: 'Audit log exported', effect: 'read' },
  'vault.create': { meaning: 'Vault created', effect: 'create' },
  'vault.unlock': { meaning: 'Vault unlocked', effect: 'logon' },
  'vault.lock': { meaning: 'Vault locked', effect: 'logoff' },
  'vault.slot.add': { meaning: 'Key slot added', effect: 'create' },
  'vault.slot.change': { meaning: 'Key slot changed', effect: 'update' },
  'vault.rekey': { meaning: 'Vault given a new data key', effect: 'update' },
  'vault.migrate': { meaning: 'Vault moved to another storage', effect: 'update' },
  'vault.backup': { meaning: 'Vault backed up', effect: 'read' },
  'vault.restore': { meaning: 'Vault restored from a backup', effect: 'update' },
  'vault.rollback.accept': { meaning: 'Older vault files accepted', effect: 'update' },
  'secret.read': { meaning: 'Secret shown', effect: 'read' },
  'secret.use': { meaning: 'Secret used', effect: 'read' },
  'secret.inject': { meaning: 'Secret handed to a program', effect: 'read' },
  'secret.write': { meaning: 'Secret stored', effect: 'update' },
  'secret.rotate': { meaning: 'Secret replaced', effect: 'update' },
  'secret.remove': { meaning: 'Secret removed', effect: 'delete' },
  'secret.import': { meaning: 'Secret imported', effect: 'create' },
  'secret.test': { meaning: 'Secret tested at its provider', effect: 'read' },
  'leftover.destroy': { meaning: 'Plaintext leftover destroyed', effect: 'delete' },
  'agent.start': { meaning: 'Agent started', effect: 'logon' },
  'agent.stop': { meaning: 'Agent stopped', effect: 'logoff' },
  'app.session.begin': { meaning: 'App session begun', effect: 'logon' },
  'app.browser.remember': { meaning: 'Browser remembered', effect: 'create' },
  'app.browser.forget': { meaning: 'Browser forgotten', effect: 'delete' },
  'gateway.refuse': { meaning: 'Gateway request refused', effect: 'other' },
  'gateway.key.begin': { meaning: 'Change of a gateway key begun', effect: 'other' },
  'gateway.key.create': { meaning: 'Gateway key created', effect: 'create' },
  'gateway.key.import': { meaning: 'Gateway key imported', effect: 'create' },
  'gateway.key.update': { meaning: 'Gateway key changed', effect: 'update' },
  'gateway.key.rotate': { meaning: 'Gateway key rotated', effect: 'update' },
  'gateway.key.disable': { meaning: 'Gateway key disabled', effect: 'update' },
  'gateway.key.enable': { meaning: 'Gateway key enabled', effect: 'update' },
  'gateway.key.revoke': { meaning: 'Gateway key revoked', effect: 'delete' },
  'chat.import': { meaning: 'Chats imported', effect: 'create' },
  'chat.import.undo': { meaning: 'Import of chats undone', effect: 'delete' },
  'chat.export': { meaning: 'Chats exported', effect: 'read' },
  'config.change': { meaning: 'Configuration changed', effect: 'update' },
} as const satisfies Readonly<Record<string, AuditActionInfo>>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** Why something was done; error codes say why something failed. */
export const AUDIT_CAUSES = ['ASKED', 'IDLE', 'SUSPEND', 'EXPIRED', 'EXIT', 'SCHEDULE'] as const;

export type AuditReason = ErrorCodeName | (typeof AUDIT_CAUSES)[number];

/** The subject of an action, by name or id. */
export type AuditSubject =
  | { readonly kind: 'secret'; readonly name: SecretName }
  | { readonly kind: 'gateway-key'; readonly id: GatewayKeyId }
  | { readonly kind: 'provider'; readonly id: ProviderId }
  | { readonly kind: 'vault'; readonly id: VaultId }
  | { readonly kind: 'setting'; readonly id: SettingName };

/** The absolute path of a program, at most 1,024 characters. */
export type ExecutablePath = Branded<'ExecutablePath'>;

export const executablePath = brandOf('ExecutablePath', /^(?:\/|[A-Za-z]:\\)[^\p{Cc}]{0,1021}$/u);

/** A changed setting of a gateway key. The owner and the notes are personal, so only the change is recorded. */
export type AuditChange =
  | {
      readonly [Name in AuditedScope]: {
        readonly setting: Name;
        readonly before: AuditedScopes[Name];
        readonly after: AuditedScopes[Name];
      };
    }[AuditedScope]
  | { readonly setting: 'owner' | 'notes' };

/** The settings of a gateway key whose values are recorded; null for none. */
type AuditedScopes = Omit<KeyScopes, 'budget'> & {
  readonly budget: KeyBudget | null;
  readonly expiresAtMs: number | null;
  readonly idempotencyMs: number | null;
  readonly debugUntilMs: number | null;
};
type AuditedScope = keyof AuditedScopes;

/** The process that did it. */
export interface AuditActor {
  /** The numeric user id; null if the system has none (Windows). */
  readonly uid: number | null;
  readonly pid: number;
  /** null if the system doesn't say. */
  readonly executable: ExecutablePath | null;
}

/** `denied`: the action wasn't allowed. `failure`: it was allowed but failed. */
export type AuditOutcome = 'success' | 'failure' | 'denied';

export interface AuditEvent {
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  readonly subject?: AuditSubject;
  /** The program that got a secret. */
  readonly program?: ExecutablePath;
  readonly reason?: AuditReason;
  /** A number for the action: records exported, bytes removed. */
  readonly count?: number;
  readonly change?: AuditChange;
  /** Default: the process that writes the log. */
  readonly actor?: AuditActor;
}

/** One line of the log. `docs/formats/audit.md` has every byte. */
export interface AuditRecord {
  readonly v: 1;
  /** Numbered from 1 without gaps, across all segments. */
  readonly seq: number;
  /** UTC, ISO 8601 with milliseconds. */
  readonly time: string;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly subject?: AuditSubject;
  readonly program?: ExecutablePath;
  readonly outcome: AuditOutcome;
  readonly reason?: AuditReason;
  readonly count?: number;
  readonly change?: AuditChange;
  /** The `mac` of the record before; 64 zeros in the first. Lower-case hex. */
  readonly prev: string;
  /** HMAC-SHA-256 over the line up to this member. Lower-case hex. */
  readonly mac: string;
}

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

function brandSchema<Name extends string>(parser: {
  parse(text: string): Branded<Name> | undefined;
}) {
  return v.custom<Branded<Name>>(
    (value) => typeof value === 'string' && parser.parse(value) !== undefined,
  );
}

function wordSchema<const Word extends string>(words: readonly Word[]) {
  const known: ReadonlySet<unknown> = new Set(words);
  return v.custom<Word>((value) => known.has(value));
}

const keysOf = <Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] => {
  const isKey = (key: string): key is Key => Object.hasOwn(table, key);
  return Object.keys(table).filter(isKey);
};

function changeOf<const Name extends string, Value>(
  name: Name,
  value: v.GenericSchema<unknown, Value>,
) {
  return v.strictObject({ setting: v.literal(name), before: value, after: value });
}

const changeSchema = v.union([
  changeOf('models', SCOPE_SCHEMAS.models),
  changeOf('endpoints', SCOPE_SCHEMAS.endpoints),
  changeOf('upstreams', SCOPE_SCHEMAS.upstreams),
  changeOf('addresses', SCOPE_SCHEMAS.addresses),
  changeOf('origins', SCOPE_SCHEMAS.origins),
  changeOf('limits', SCOPE_SCHEMAS.limits),
  changeOf('budget', SCOPE_SCHEMAS.budget),
  changeOf('expiresAtMs', v.nullable(v.pipe(v.number(), v.safeInteger()))),
  changeOf('idempotencyMs', v.nullable(idempotencyWindow)),
  changeOf('debugUntilMs', v.nullable(v.pipe(v.number(), v.safeInteger()))),
  v.strictObject({ setting: v.picklist(['owner', 'notes']) }),
]);

export const AuditRecordSchema = v.strictObject({
  v: v.literal(1),
  seq: v.pipe(natural, v.minValue(1)),
  time: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  actor: v.strictObject({
    uid: v.nullable(natural),
    pid: natural,
    executable: v.nullable(brandSchema(executablePath)),
  }),
  action: wordSchema(keysOf(AUDIT_ACTIONS)),
  subject: v.exactOptional(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('secret'), name: brandSchema(secretName) }),
      v.strictObject({ kind: v.literal('gateway-key'), id: brandSchema(gatewayKeyId) }),
      v.strictObject({ kind: v.literal('provider'), id: brandSchema(providerId) }),
      v.strictObject({ kind: v.literal('vault'), id: brandSchema(vaultId) }),
      v.strictObject({ kind: v.literal('setting'), id: brandSchema(settingName) }),
    ]),
  ),
  program: v.exactOptional(brandSchema(executablePath)),
  outcome: v.picklist(['success', 'failure', 'denied']),
  reason: v.exactOptional(wordSchema([...keysOf(ERROR_CODES), ...AUDIT_CAUSES])),
  count: v.exactOptional(natural),
  change: v.exactOptional(changeSchema),
  prev: digest,
  mac: digest,
});
