import type { Clock } from '@postern/kernel';
import type { Config } from '@postern/protocol';
import { createLineLimit } from './limit-lines.ts';

/** From data loss to details that help to find a bug. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The events of the running process, by name. */
export type LogEventName =
  | 'notice'
  | 'log.suppressed'
  | 'fault'
  | 'app.sign-in'
  | 'vault.opened'
  | 'vault.locked'
  | 'gateway.call'
  | 'gateway.repeated'
  | 'gateway.bodies'
  | 'gateway.routing'
  | 'audit.forward'
  | 'http.request'
  | 'tls.certificate'
  | 'config.reloaded'
  | 'config.changed'
  | 'config.refused'
  | 'worker.ended'
  | 'process.stopping'
  | 'process.stopped';

/**
 * How many lines of an event are written within a minute, if any program on the machine can cause
 * it. The others are counted.
 */
const LINES_PER_MINUTE: Partial<Record<LogEventName, number>> = {
  fault: 20,
  notice: 60,
  'app.sign-in': 20,
  'gateway.routing': 60,
  'http.request': 600,
};

/**
 * Values from closed sets, counts and Postern's own ids: nothing that a person or a client wrote. The only exception
 * are the bodies in `gateway.bodies`.
 */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** The running process's log on standard error; nothing is stored. */
export interface ProcessLog {
  readonly format: Config['log']['format'];
  /** Writes lines up to this level from now on. */
  setLevel(level: LogLevel): void;
  /** Whether lines of this level are written. */
  shows(level: LogLevel): boolean;
  /** `message` is a whole sentence. */
  write(level: LogLevel, event: LogEventName, message: string, fields?: LogFields): void;
}

export interface ProcessLogOptions {
  readonly clock: Clock;
  readonly config: Config['log'];
  /** Writes a line, given without its line break. */
  readonly out: (line: string) => void;
}

/**
 * Writes text lines (`postern: …`), or JSON lines: an object with `time` (RFC 3339, UTC), `level`,
 * `event`, `message` and the fields.
 */
export function createProcessLog({ clock, config, out }: ProcessLogOptions): ProcessLog {
  let most = LOG_LEVELS.indexOf(config.level);
  const shows = (level: LogLevel): boolean => LOG_LEVELS.indexOf(level) <= most;
  const limit = createLineLimit(clock);
  const say = (level: LogLevel, event: LogEventName, message: string, fields: LogFields): void => {
    if (config.format === 'json') {
      const time = new Date(clock.nowMs()).toISOString();
      out(quoted({ time, level, event, message, ...fields }));
      return;
    }
    const details = Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`);
    out(['postern:', message, ...details].join(' '));
  };
  return {
    format: config.format,
    setLevel: (level) => {
      most = LOG_LEVELS.indexOf(level);
    },
    shows,
    write: (level, event, message, fields = {}) => {
      if (!shows(level)) return;
      for (const { kind, count } of limit.takeSuppressed()) {
        say('warn', 'log.suppressed', 'Lines were suppressed within a minute.', { kind, count });
      }
      if (limit.admits(event, LINES_PER_MINUTE[event])) say(level, event, message, fields);
    },
  };
}

/** A text with anything else is quoted, so that it can't look like another field or another line. */
const PLAIN_TEXT = /^[\w.:/@+*,~-]+$/;

function valueText(value: LogFields[string]): string {
  return typeof value === 'string' && !PLAIN_TEXT.test(value) ? quoted(value) : String(value);
}

/** Controls that JSON allows in texts, line separators, and marks that change the direction of a line. */
const UNSHOWABLE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function quoted(value: string | LogFields): string {
  return JSON.stringify(value).replace(
    UNSHOWABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
