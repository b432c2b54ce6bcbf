import { Option, type Command } from 'commander';
import type { ExportFormatName } from '@postern/audit';
import { wholeNumber, type GetContext } from './option-values.ts';

/** `audit …`. */
export function addAuditCommands(program: Command, context: GetContext): void {
  const audit = program.command('audit').description('read, check and export the audit log');
  audit
    .command('tail')
    .description('show the most recent events')
    .option('-n, --lines <n>', 'how many events to show', wholeNumber, 20)
    .action(async (options: { lines: number }) => {
      const { tailAudit } = await import('../audit.ts');
      await tailAudit(context(), options.lines);
    });
  audit
    .command('verify')
    .description('check that no record was altered, removed or cut off')
    .action(async () => {
      const { verifyAudit } = await import('../audit.ts');
      await verifyAudit(context());
    });
  audit
    .command('set-aside')
    .description('keep a damaged log as evidence and start a new one')
    .option('--yes', "don't ask for confirmation", false)
    .action(async (options: { yes: boolean }) => {
      const { setAuditAside } = await import('../audit.ts');
      await setAuditAside(context(), options);
    });
  audit
    .command('export')
    .description('export every event in a standard format')
    .addOption(
      new Option('--format <format>', 'output format')
        .choices(['jsonl', 'syslog', 'cef', 'ocsf'])
        .default('jsonl'),
    )
    .option('-o, --output <file>', 'write to a new file instead of standard output')
    .action(async (options: { format: ExportFormatName; output?: string }) => {
      const { exportAudit } = await import('../audit.ts');
      await exportAudit(context(), { format: options.format, output: options.output });
    });
  audit
    .command('forward')
    .description('send the log to the receiver set in audit.forward in config.json')
    .addOption(
      new Option('--follow', 'keep running and send new records as they come').conflicts('status'),
    )
    .option('--status', 'show how many records the receiver is missing')
    .action(async (options: { follow?: true; status?: true }) => {
      const { forwardAudit, reportUnsent } = await import('../audit-forward.ts');
      if (options.status === true) await reportUnsent(context());
      else await forwardAudit(context(), { follow: options.follow === true });
    });
}
