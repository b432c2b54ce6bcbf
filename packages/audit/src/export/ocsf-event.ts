import type { JsonObject } from '@postern/kernel';
import {
  AUDIT_ACTIONS,
  type AuditActor,
  type AuditEffect,
  type AuditOutcome,
  type AuditRecord,
} from '@postern/protocol';
import type { ExportContext } from './export-context.ts';
import { subjectName } from './subject-name.ts';

/** The schema that the events conform to: schema.ocsf.io/1.3.0. */
const OCSF_VERSION = '1.3.0';

interface ClassUse {
  readonly className: 'Authentication' | 'API Activity';
  readonly classUid: 3002 | 6003;
  readonly categoryName: string;
  readonly categoryUid: 3 | 6;
  readonly activityId: number;
  readonly activityName: string;
}

const AUTHENTICATION = {
  className: 'Authentication',
  classUid: 3002,
  categoryName: 'Identity & Access Management',
  categoryUid: 3,
} as const;

const API_ACTIVITY = {
  className: 'API Activity',
  classUid: 6003,
  categoryName: 'Application Activity',
  categoryUid: 6,
} as const;

const CLASSES: Readonly<Record<AuditEffect, ClassUse>> = {
  logon: { ...AUTHENTICATION, activityId: 1, activityName: 'Logon' },
  logoff: { ...AUTHENTICATION, activityId: 2, activityName: 'Logoff' },
  create: { ...API_ACTIVITY, activityId: 1, activityName: 'Create' },
  read: { ...API_ACTIVITY, activityId: 2, activityName: 'Read' },
  update: { ...API_ACTIVITY, activityId: 3, activityName: 'Update' },
  delete: { ...API_ACTIVITY, activityId: 4, activityName: 'Delete' },
  other: { ...API_ACTIVITY, activityId: 99, activityName: 'Other' },
};

const SEVERITIES: Readonly<Record<AuditOutcome, { readonly id: number; readonly name: string }>> = {
  success: { id: 1, name: 'Informational' },
  failure: { id: 2, name: 'Low' },
  denied: { id: 3, name: 'Medium' },
};

/** One event of the Open Cybersecurity Schema Framework: Authentication or API Activity. */
export function ocsfEvent(record: AuditRecord, context: ExportContext): JsonObject {
  const { seq, time, actor, action, outcome, reason, mac } = record;
  const { meaning, effect } = AUDIT_ACTIONS[action];
  const use = CLASSES[effect];
  const severity = SEVERITIES[outcome];
  return {
    activity_id: use.activityId,
    activity_name: use.activityName,
    category_uid: use.categoryUid,
    category_name: use.categoryName,
    class_uid: use.classUid,
    class_name: use.className,
    type_uid: use.classUid * 100 + use.activityId,
    type_name: `${use.className}: ${use.activityName}`,
    time: Date.parse(time),
    message: `${meaning}: ${outcome}`,
    severity_id: severity.id,
    severity: severity.name,
    status_id: outcome === 'success' ? 1 : 2,
    status: outcome === 'success' ? 'Success' : 'Failure',
    ...(reason === undefined ? {} : { status_code: reason }),
    metadata: {
      version: OCSF_VERSION,
      uid: mac,
      sequence: seq,
      event_code: action,
      product: { name: 'Postern', vendor_name: 'Postern', version: context.version },
    },
    actor: ocsfActor(actor),
    src_endpoint: { hostname: context.hostname },
    ...(use.classUid === 3002 ? authenticated(record) : called(record)),
    ...unmapped(record),
  };
}

/**
 * Values without a field in the class. The schema's own `count` is for repeated events.
 */
function unmapped({ program, count, change }: AuditRecord): JsonObject {
  const rest = {
    ...(program === undefined ? {} : { program }),
    ...(count === undefined ? {} : { count }),
    ...(change === undefined ? {} : { change: JSON.stringify(change) }),
  };
  return Object.keys(rest).length === 0 ? {} : { unmapped: rest };
}

/** Who logged on to what: a gateway client by its key's id, everyone else by user id. */
function authenticated({ actor, subject }: AuditRecord): JsonObject {
  const service = { name: 'postern' };
  if (subject === undefined) return { user: ocsfUser(actor), service };
  if (subject.kind === 'gateway-key') return { user: { uid: subject.id }, service };
  return { user: ocsfUser(actor), service: { name: `${subject.kind} ${subjectName(subject)}` } };
}

function called({ action, subject }: AuditRecord): JsonObject {
  const api = { operation: action, service: { name: 'postern' } };
  if (subject === undefined) return { api };
  return { api, resources: [{ type: subject.kind, name: subjectName(subject) }] };
}

function ocsfActor(actor: AuditActor): JsonObject {
  const { pid, executable } = actor;
  const path: string | null = executable;
  const file = path === null ? {} : { file: { name: baseName(path), path, type_id: 1 } };
  return { process: { pid, ...file }, user: ocsfUser(actor) };
}

/** The class requires a user with an id or a name. */
function ocsfUser({ uid }: AuditActor): JsonObject {
  return uid === null ? { name: 'unknown' } : { uid: String(uid) };
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
