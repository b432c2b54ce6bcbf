import type { Messages } from '@lingui/core';

/** The build puts the translations of `de/*.po` here. */
export const messages: Messages = {};
