import type { JsonObject } from '@postern/kernel';
import {
  AUDIT_ACTIONS,
  executablePath,
  gatewayKeyId,
  providerId,
  secretName,
  vaultId,
  type AuditAction,
  type AuditRecord,
  type AuditSubject,
} from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { EXPORT_FORMATS } from './export-formats.ts';
import { ocsfEvent } from './ocsf-event.ts';

const CONTEXT = { version: '1.2.3', hostname: 'host.example' };
const ID = '01jgfjjz00tv6pq4m6sjxk9z0a';

const WITHOUT_SUBJECT: AuditRecord = {
  v: 1,
  seq: 7,
  time: '2025-01-02T03:04:05.678Z',
  actor: { uid: 1000, pid: 4242, executable: executablePath.from('/opt/a "b"]\\=|c/postern') },
  action: 'secret.inject',
  program: executablePath.from('/usr/bin/npx'),
  outcome: 'denied',
  reason: 'VAULT_LOCKED',
  count: 2,
  prev: 'a'.repeat(64),
  mac: 'b'.repeat(64),
};

const RECORD: AuditRecord = {
  ...WITHOUT_SUBJECT,
  subject: { kind: 'secret', name: secretName.from('openai') },
};

const SUBJECTS: readonly (AuditSubject | undefined)[] = [
  undefined,
  { kind: 'secret', name: secretName.from('openai') },
  { kind: 'provider', id: providerId.from('openai') },
  { kind: 'gateway-key', id: gatewayKeyId.from(ID) },
  { kind: 'vault', id: vaultId.from(ID) },
];

const isAction = (name: string): name is AuditAction => Object.hasOwn(AUDIT_ACTIONS, name);

/** Every action with every subject and outcome. */
const ALL: readonly AuditRecord[] = Object.keys(AUDIT_ACTIONS)
  .filter(isAction)
  .flatMap((action) =>
    SUBJECTS.flatMap((subject) =>
      (['success', 'failure', 'denied'] as const).map((outcome) => ({
        ...WITHOUT_SUBJECT,
        action,
        outcome,
        ...(subject === undefined ? {} : { subject }),
      })),
    ),
  );

test('exports the stored record as jsonl', () => {
  expect(JSON.parse(EXPORT_FORMATS.jsonl(RECORD))).toEqual(RECORD);
});

describe('syslog (RFC 5424)', () => {
  // The grammar of section 6, for messages with one structured data element.
  const FORM =
    /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) \[([!-<>-\\^-~]{1,32})((?: [^\s="\]]{1,32}="(?:\\["\\\]]|[^"\\\]])*")*)\] (.+)$/u;

  test('has a header, structured data and text', () => {
    const line = EXPORT_FORMATS.syslog(RECORD, CONTEXT);
    const [, priority, time, host, app, pid, id, element, parameters, text] = FORM.exec(line) ?? [];
    expect({ priority, time, host, app, pid, id, element, text }).toEqual({
      priority: String(13 * 8 + 4),
      time: RECORD.time,
      host: 'host.example',
      app: 'postern',
      pid: '4242',
      id: 'secret.inject',
      element: 'postern@32473',
      text: 'Secret handed to a program: denied',
    });
    expect(parameters).toContain(String.raw` executable="/opt/a \"b\"\]\\=|c/postern"`);
    expect(parameters).toContain(' seq="7" action="secret.inject" outcome="denied"');
    expect(parameters).toContain(' subject="secret" name="openai" program="/usr/bin/npx"');
  });

  test.each([
    ['a host name with spaces', 'my host', ' myhost postern '],
    ['no host name', '', ' - postern '],
  ])('%s', (_name, hostname, expected) => {
    expect(EXPORT_FORMATS.syslog(RECORD, { ...CONTEXT, hostname })).toContain(expected);
  });

  test('gives every record the documented format', () => {
    expect(ALL.filter((record) => !FORM.test(EXPORT_FORMATS.syslog(record, CONTEXT)))).toEqual([]);
  });
});

describe('CEF', () => {
  const split = (text: string, by: RegExp): string[] => text.split(by);

  test('has a header and an extension', () => {
    const line = EXPORT_FORMATS.cef(RECORD, CONTEXT);
    const fields = split(line, /(?<!\\)\|/);
    expect(fields.slice(0, 7)).toEqual([
      'CEF:0',
      'Postern',
      'Postern',
      '1.2.3',
      'secret.inject',
      'Secret handed to a program',
      '7',
    ]);
    const extension = fields.slice(7).join('|');
    const pairs = Object.fromEntries(
      [...extension.matchAll(/(\w+)=((?:\\.|[^=\\])*)(?= \w+=|$)/g)].map(
        ([, key = '', value = '']) => [key, value.replaceAll(/\\(.)/g, '$1')],
      ),
    );
    expect(pairs).toEqual({
      rt: String(Date.parse(RECORD.time)),
      dvchost: 'host.example',
      externalId: '7',
      act: 'secret.inject',
      outcome: 'denied',
      reason: 'VAULT_LOCKED',
      suid: '1000',
      spid: '4242',
      sproc: '/opt/a "b"]\\=|c/postern',
      dproc: '/usr/bin/npx',
      duser: 'openai',
      cnt: '2',
      cs1: 'secret',
      cs1Label: 'subjectKind',
      cs2: 'b'.repeat(64),
      cs2Label: 'mac',
    });
  });

  test('escapes separators in the header', () => {
    const line = EXPORT_FORMATS.cef(RECORD, { ...CONTEXT, version: '1|2\\3\n4' });
    expect(line).toContain('|1\\|2\\\\3 4|');
  });
});

describe('OCSF 1.3.0', () => {
  const has = (event: JsonObject, ...names: readonly string[]): boolean =>
    names.every((name) => event[name] !== undefined && event[name] !== null);

  test('exports a read of a secret as API Activity: Read', () => {
    expect(ocsfEvent(RECORD, CONTEXT)).toMatchObject({
      category_uid: 6,
      class_uid: 6003,
      activity_id: 2,
      type_uid: 600_302,
      time: Date.parse(RECORD.time),
      severity_id: 3,
      status_id: 2,
      status_code: 'VAULT_LOCKED',
      metadata: { version: '1.3.0', sequence: 7, product: { name: 'Postern', version: '1.2.3' } },
      actor: {
        process: { pid: 4242, file: { name: 'postern', type_id: 1 } },
        user: { uid: '1000' },
      },
      api: { operation: 'secret.inject' },
      src_endpoint: { hostname: 'host.example' },
      resources: [{ type: 'secret', name: 'openai' }],
      unmapped: { count: 2, program: '/usr/bin/npx' },
    });
  });

  test("exports a client's authentication as Authentication: Logon, with its key as the user", () => {
    const subject = { kind: 'gateway-key', id: gatewayKeyId.from(ID) } as const;
    const record = { ...RECORD, action: 'app.session.begin', subject } as const;
    expect(ocsfEvent(record, CONTEXT)).toMatchObject({
      category_uid: 3,
      class_uid: 3002,
      activity_id: 1,
      type_uid: 300_201,
      user: { uid: ID },
      service: { name: 'postern' },
    });
  });

  test('gives every record the fields that its class requires', () => {
    const base = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time'];
    const wrong = ALL.map((record) => ocsfEvent(record, CONTEXT)).filter((event) => {
      const own =
        event['class_uid'] === 3002 ? ['user', 'service'] : ['api', 'actor', 'src_endpoint'];
      return !has(event, ...base, 'type_uid', ...own);
    });
    expect(wrong).toEqual([]);
  });

  test('exports an actor with few known details', () => {
    const actor = { uid: null, pid: 1, executable: null };
    expect(ocsfEvent({ ...RECORD, actor }, CONTEXT)).toMatchObject({
      actor: { process: { pid: 1 }, user: { name: 'unknown' } },
    });
  });
});
