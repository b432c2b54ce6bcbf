import { closeSync, openSync, writeSync } from 'node:fs';
import { describeAuditFailure, type AuditLog, type ExportFormatName } from '@postern/audit';
import { PRIVATE_FILE } from '@postern/disk';
import { AUDIT_ACTIONS, type AuditRecord, problem } from '@postern/protocol';
import { exportAudit as writeExport, openAudit } from '@postern/app';
import { confirm } from '../terminal/prompt.ts';
import { table } from '../terminal/terminal.ts';
import { fail, connectOrUnlock, orFail, report, type CommandContext } from './context.ts';

/** `postern audit tail`: the most recent events, oldest first. */
export async function tailAudit(context: CommandContext, count: number): Promise<void> {
  await withLog(context, async (log) => {
    const records = orFail(await log.tail(count), describeAuditFailure);
    const rows = records.map(rowOf);
    const lines =
      rows.length === 0
        ? ['The audit log is empty.']
        : [table(['TIME', 'WHAT', 'ABOUT', 'OUTCOME', 'WHO'], rows)];
    report(context, records, lines);
  });
}

/** `postern audit verify`: checks every record against the chain and the head. */
export async function verifyAudit(context: CommandContext): Promise<void> {
  await withLog(context, async (log) => {
    const verdict = orFail(await log.verify(), describeAuditFailure);
    const { records, segments } = verdict;
    report(context, verdict, [
      `The log is intact: ${count(records, 'record')} in ${count(segments, 'segment')}.`,
    ]);
  });
}

/** `postern audit set-aside`: keeps a damaged log as evidence and starts a new one. */
export async function setAuditAside(
  context: CommandContext,
  options: { readonly yes: boolean },
): Promise<void> {
  if (!options.yes && !context.terminal.interactive) {
    fail(
      problem('USAGE', 'Without a terminal to confirm, setting the audit log aside needs --yes.'),
    );
  }
  await withLog(context, async (log) => {
    const verdict = await log.verify();
    const damage = verdict.ok ? undefined : verdict.failure;
    if (damage?.reason === 'audit-damaged' && !options.yes) {
      context.terminal.note(describeAuditFailure(damage).message);
      if (!(await confirm('Set this log aside and start a new one?'))) {
        fail(problem('REQUEST_CANCELLED', 'Nothing was set aside.'));
      }
    }
    const aside = orFail(await log.setAside(), describeAuditFailure);
    const lines =
      aside === undefined
        ? ['The log is intact; nothing was set aside.']
        : [
            `The damaged log is kept in ${aside.directory}.`,
            'A new log was started; its first record notes this.',
          ];
    report(context, { setAside: aside !== undefined, ...aside }, lines);
  });
}

/** `postern audit export`: every record, verified, as lines of one format. */
export async function exportAudit(
  context: CommandContext,
  options: { readonly format: ExportFormatName; readonly output: string | undefined },
): Promise<void> {
  await withLog(context, async (log) => {
    const sink = openSink(context, options.output);
    const { format } = options;
    const exported = await writeExport(log, { format, version: context.version }, (line) => {
      sink.line(line);
    });
    sink.close();
    const written = orFail(exported);
    if (options.output !== undefined) {
      context.terminal.note(`Wrote ${String(written)} records to ${options.output}.`);
    }
  });
}

interface Sink {
  line(text: string): void;
  close(): void;
}

/** Creates a new file of mode 0600 and never overwrites one; or uses standard output. */
function openSink(context: CommandContext, path: string | undefined): Sink {
  if (path === undefined) {
    return {
      line: (text) => {
        context.terminal.print(text);
      },
      close: () => undefined,
    };
  }
  const file = createFile(path);
  return {
    line: (text) => {
      writeSync(file, `${text}\n`);
    },
    close: () => {
      closeSync(file);
    },
  };
}

function createFile(path: string): number {
  try {
    return openSync(path, 'wx', PRIVATE_FILE);
  } catch {
    return fail(
      problem('HOME_READ_ONLY', `Can't create ${path}. Check that it doesn't exist already.`),
    );
  }
}

export async function withLog(
  context: CommandContext,
  use: (log: AuditLog) => Promise<void>,
): Promise<void> {
  const vault = await connectOrUnlock({ ...context, isForLog: true });
  const log = orFail(await openAudit(context.home.dataDir, vault, context.clock));
  try {
    await use(log);
  } finally {
    await log.close();
  }
}

function rowOf(entry: AuditRecord): readonly string[] {
  const { subject, program, reason, count = 1, change } = entry;
  const name = subject === undefined ? '-' : 'name' in subject ? subject.name : subject.id;
  const named = count === 1 ? name : `${name} (${String(count)})`;
  const changed = change === undefined ? named : `${named} (${change.setting})`;
  const about = program === undefined ? changed : `${changed} to ${program}`;
  const outcome = reason === undefined ? entry.outcome : `${entry.outcome} (${reason})`;
  const { uid, pid } = entry.actor;
  const who = `uid ${uid === null ? '-' : String(uid)} pid ${String(pid)}`;
  return [timeOf(entry), AUDIT_ACTIONS[entry.action].meaning, about, outcome, who];
}

function timeOf(entry: AuditRecord): string {
  return entry.time.replace('T', ' ').slice(0, 19);
}

export function count(many: number, what: string): string {
  return `${String(many)} ${what}${many === 1 ? '' : 's'}`;
}
