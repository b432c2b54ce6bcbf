import type { Clock } from '@postern/kernel';
import type { Config } from '@postern/protocol';

/** From what is lost only to what is of use to somebody who looks for a fault. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What happens in the running process, by name. */
export type LogEventName =
  | 'notice'
  | 'fault'
  | 'app.sign-in'
  | 'vault.opened'
  | 'vault.locked'
  | 'gateway.call'
  | 'http.request'
  | 'process.stopping'
  | 'process.stopped';

/** Values from closed sets, counts and ids of our own: nothing that a person or a client wrote. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** What the running process says of itself on standard error; nothing is kept. */
export interface ProcessLog {
  readonly format: Config['log']['format'];
  /** Whether what is of this level is said. */
  shows(level: LogLevel): boolean;
  /** `message` is a whole sentence, for people. */
  write(level: LogLevel, event: LogEventName, message: string, fields?: LogFields): void;
}

export interface ProcessLogOptions {
  readonly clock: Clock;
  readonly config: Config['log'];
  /** Takes a line without its end. */
  readonly out: (line: string) => void;
}

/**
 * Lines for people (`postern: …`) or for programs: one JSON object each, with `time` (RFC 3339, UTC),
 * `level`, `event`, `message` and the fields.
 */
export function createProcessLog({ clock, config, out }: ProcessLogOptions): ProcessLog {
  const most = LOG_LEVELS.indexOf(config.level);
  const shows = (level: LogLevel): boolean => LOG_LEVELS.indexOf(level) <= most;
  return {
    format: config.format,
    shows,
    write: (level, event, message, fields = {}) => {
      if (!shows(level)) return;
      if (config.format === 'json') {
        const time = new Date(clock.nowMs()).toISOString();
        out(JSON.stringify({ time, level, event, message, ...fields }));
        return;
      }
      const details = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
      out(['postern:', message, ...details].join(' '));
    },
  };
}
