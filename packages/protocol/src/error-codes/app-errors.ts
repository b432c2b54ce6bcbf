import { EXIT, type ErrorCode } from './error-code.ts';

export const APP_ERRORS = {
  CONFIG_INVALID: {
    meaning: 'The configuration file has a mistake or an unknown key.',
    remedy: 'Correct the named key in config.json, or move the file away to start with defaults.',
    exit: EXIT.usage,
  },
  USAGE: {
    meaning: 'The command line is not understood.',
    remedy: 'Run the command with --help.',
    exit: EXIT.usage,
  },
  CANCELLED: {
    meaning: 'You ended the command; nothing was changed.',
    remedy: 'Run the command again when you want it done.',
    exit: EXIT.failure,
  },
  PORT_TAKEN: {
    meaning: 'Another program listens on the port.',
    remedy: 'Stop that program, or choose another port: postern up --port N.',
    exit: EXIT.busy,
  },
  ALREADY_RUNNING: {
    meaning: 'Postern is already running for this home.',
    remedy: 'Run postern open for a link to it, or stop it first: postern stop.',
    exit: EXIT.busy,
  },
  NOT_RUNNING: {
    meaning: 'Postern is not running for this home.',
    remedy: 'Start it: postern up.',
    exit: EXIT.unavailable,
  },
  INTERNAL: {
    meaning: 'Something failed that should not have; nothing of the request was stored.',
    remedy: 'Look at the log with --verbose and report it.',
    exit: EXIT.failure,
  },
  ANSWER_RUNNING: {
    meaning: 'An answer is already running in this conversation.',
    remedy: 'Wait for it or stop it first.',
    exit: EXIT.busy,
  },
  REQUEST_INVALID: {
    meaning: 'The request is not of the expected form.',
    remedy: 'Correct the named field.',
    exit: EXIT.usage,
  },
  REQUEST_TOO_LARGE: {
    meaning: 'The request body is over the limit.',
    remedy: 'Send less, or raise gateway.maxBodyBytes in config.json.',
    exit: EXIT.usage,
  },
  REQUEST_TIMEOUT: {
    meaning: 'The request did not arrive in time.',
    remedy: 'Send it again, faster or smaller.',
    exit: EXIT.failure,
  },
  ROUTE_UNKNOWN: {
    meaning: 'There is nothing at this path.',
    remedy: 'See the list of routes in the documentation.',
    exit: EXIT.notFound,
  },
  METHOD_NOT_ALLOWED: {
    meaning: 'The path does not take this method.',
    remedy: 'See the list of routes in the documentation.',
    exit: EXIT.usage,
  },
  SESSION_REQUIRED: {
    meaning: 'This tab is not signed in to Postern.',
    remedy: 'Run postern open for a new link.',
    exit: EXIT.denied,
  },
  LAUNCH_CODE_INVALID: {
    meaning: 'The link was used already or is too old.',
    remedy: 'Run postern open for a new link.',
    exit: EXIT.denied,
  },
  LAUNCH_ATTEMPTS_LIMITED: {
    meaning: 'Many links that do not work were tried within a minute.',
    remedy: 'A new link works at once: postern open.',
    exit: EXIT.denied,
  },
  ORIGIN_REFUSED: {
    meaning: 'The request came from another site or under another host name.',
    remedy: 'Open the address that Postern printed.',
    exit: EXIT.denied,
  },
} as const satisfies Record<string, ErrorCode>;
