import type { Messages } from '../../i18n.ts';

/** The build puts the translations of `ar/errors.po` here. */
export const messages: Messages = {};
