import type { Messages } from '@lingui/core';

/** The build puts the translations of `ja/*.po` here. */
export const messages: Messages = {};
