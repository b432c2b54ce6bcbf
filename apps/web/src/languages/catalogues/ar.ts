import type { Messages } from '@lingui/core';

/** The build puts the translations of `ar/*.po` here. */
export const messages: Messages = {};
