import { EXIT, type ErrorCode } from './error-code.ts';

export const APP_ERRORS = {
  CONFIG_INVALID: {
    meaning: 'The configuration file contains an error or an unknown key.',
    remedy: 'Fix that key in config.json, or move the file away to start with the defaults.',
    exit: EXIT.usage,
  },
  CONFIG_BUSY: {
    meaning: 'Timed out waiting for another process that is changing the configuration file.',
    remedy: 'Wait for that process to finish, or end it, then try again.',
    exit: EXIT.busy,
  },
  USAGE: {
    meaning: 'Invalid command line.',
    remedy: 'Run the command with --help to see its arguments and options.',
    exit: EXIT.usage,
  },
  CANCELLED: {
    meaning: 'Cancelled; nothing was changed.',
    remedy: "Run the command again when you're ready.",
    exit: EXIT.failure,
  },
  PORT_TAKEN: {
    meaning: 'Another program is already listening on the port.',
    remedy: 'Stop that program, or choose another port: postern up --port N.',
    exit: EXIT.busy,
  },
  ALREADY_RUNNING: {
    meaning: 'Postern is already running with this home directory.',
    remedy: 'Run postern open to get a link to it, or stop it first: postern stop.',
    exit: EXIT.busy,
  },
  ERASE_UNFINISHED: {
    meaning: "This home is being erased, and that isn't finished.",
    remedy: 'Run postern erase again.',
    exit: EXIT.busy,
  },
  WORKER_ENDED: {
    meaning: 'A worker of postern serve ended before it could listen.',
    remedy:
      'Read the lines before this one, or start postern serve without --workers to see only the cause.',
    exit: EXIT.failure,
  },
  NOT_RUNNING: {
    meaning: "Postern isn't running with this home directory.",
    remedy: 'Start it: postern up.',
    exit: EXIT.unavailable,
  },
  LIBRARY_NAME_TAKEN: {
    meaning: 'Another preset or prompt has this name.',
    remedy: 'Choose another name.',
    exit: EXIT.usage,
  },
  LIBRARY_FULL: {
    meaning: 'The library would have more or longer presets and prompts than can be stored.',
    remedy: 'Delete presets or prompts that you no longer need, then try again.',
    exit: EXIT.failure,
  },
  INTERNAL: {
    meaning: 'Internal error; nothing from the request was stored.',
    remedy: 'Run Postern with --verbose and report what the log shows.',
    exit: EXIT.failure,
  },
  ANSWER_RUNNING: {
    meaning: 'An answer is already in progress in this conversation.',
    remedy: 'Wait for it to finish, or stop it first.',
    exit: EXIT.busy,
  },
  ANSWERS_LIMITED: {
    meaning: 'Too many answers are in progress.',
    remedy: 'Wait for one of them to finish, or stop one.',
    exit: EXIT.busy,
  },
  CONVERSATION_CHANGED: {
    meaning: "The conversation has newer messages that this page didn't show.",
    remedy: 'Read them, then send your message again.',
    exit: EXIT.busy,
  },
  FOLDER_NOT_FOUND: {
    meaning: "The folder doesn't exist, or it was renamed or deleted.",
    remedy: 'Reload the page to see the folders.',
    exit: EXIT.notFound,
  },
  FOLDER_EXISTS: {
    meaning: 'Another folder has this name.',
    remedy: 'Choose another name, or move the chats to that folder.',
    exit: EXIT.failure,
  },
  SEARCH_FILTER_INVALID: {
    meaning: 'A filter of the search has an invalid value.',
    remedy: 'Correct the value, or put the filter away.',
    exit: EXIT.usage,
  },
  TAGS_LIMITED: {
    meaning: 'A chat would have too many tags.',
    remedy: 'Remove a tag first.',
    exit: EXIT.failure,
  },
  PRIVATE_CHATS_LIMITED: {
    meaning: 'Too many private chats are open.',
    remedy: 'Close one of them, or keep it.',
    exit: EXIT.busy,
  },
  PRIVATE_CHAT_FULL: {
    meaning: 'The private chat is too long to go on.',
    remedy: 'Keep it, or begin another private chat.',
    exit: EXIT.failure,
  },
  REQUEST_INVALID: {
    meaning: 'The request is invalid.',
    remedy: 'Correct the field that the message names.',
    exit: EXIT.usage,
  },
  REQUEST_TOO_LARGE: {
    meaning: 'The request body is larger than the limit.',
    remedy: 'Send less, or raise gateway.maxBodyBytes in config.json.',
    exit: EXIT.usage,
  },
  REQUEST_TIMEOUT: {
    meaning: "The request didn't arrive in time.",
    remedy: "Send it again; if it's large, send less.",
    exit: EXIT.failure,
  },
  ROUTE_UNKNOWN: {
    meaning: 'There is no route at this path.',
    remedy: 'Check the list of routes in the documentation.',
    exit: EXIT.notFound,
  },
  METHOD_NOT_ALLOWED: {
    meaning: "This path doesn't support the request method.",
    remedy: 'Check the list of routes in the documentation.',
    exit: EXIT.usage,
  },
  SESSION_REQUIRED: {
    meaning: "This tab isn't signed in to Postern.",
    remedy: 'Run postern open to get a new link.',
    exit: EXIT.denied,
  },
  BROWSER_NOT_REMEMBERED: {
    meaning: "Postern doesn't remember this browser any more.",
    remedy: 'Run postern open to get a new link.',
    exit: EXIT.denied,
  },
  SIGN_IN_LINK_REQUIRED: {
    meaning: 'Only a session that began with a link or the passphrase can remember a browser.',
    remedy: 'Run postern open, and paste the link into the address bar of this tab.',
    exit: EXIT.denied,
  },
  LAUNCH_CODE_INVALID: {
    meaning: 'The link has expired or was already used.',
    remedy: 'Run postern open to get a new link.',
    exit: EXIT.denied,
  },
  LAUNCH_ATTEMPTS_LIMITED: {
    meaning: 'Too many invalid links were tried within a minute.',
    remedy: 'Run postern open; a new link works right away.',
    exit: EXIT.denied,
  },
  ORIGIN_REFUSED: {
    meaning: 'The request came from another site or used another host name.',
    remedy: 'Open the address that Postern printed.',
    exit: EXIT.denied,
  },
} as const satisfies Record<string, ErrorCode>;
