import { KWALLET } from '@postern/testing';
import { describe } from 'vitest';
import { vaultOverKeyring } from './vault-over-keyring.ts';

describe('a vault over KWallet', () => {
  vaultOverKeyring(KWALLET);
});
